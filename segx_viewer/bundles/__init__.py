"""Users' own models: offered as a manifest and weights files, tried on an image, and installed as a bundle."""
