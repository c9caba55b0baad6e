"""Attribution methods behind one registry."""
