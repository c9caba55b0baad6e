"""Panels beside the pictures."""
