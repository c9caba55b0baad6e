"""What leaves the program: composed overlays and reports."""
