"""Pixels in: DICOM and photographs to `MedicalImage`, and to what a screen shows. No torch, no Qt."""
