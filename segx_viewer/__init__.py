"""Show clinicians what a network saw, and how far its explanation can be trusted. Research use only."""

__version__ = "0.1.0"
