"""DICOM results: segmentation, parametric maps, structured report and secondary capture (DICOM PS3.3, PS3.16)."""

from segx_viewer.reporting.dicom.results import Kind, write_dicom_results

__all__ = ["Kind", "write_dicom_results"]
