"""Training of the bundled models from readable recipes."""
