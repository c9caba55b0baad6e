"""The measured evidence: protocol, statistics, calibration, report."""
