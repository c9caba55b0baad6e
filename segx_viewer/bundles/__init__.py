"""What a bundle is: its manifest, the store of installed ones, and how users' own models become one."""
