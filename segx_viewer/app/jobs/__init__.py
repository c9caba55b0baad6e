"""What runs beside the window: reading, analyses, thumbnails; and how their answers come back."""
