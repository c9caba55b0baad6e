"""The image in its panels: where it lies, how it is painted, and what the mouse does on it."""
