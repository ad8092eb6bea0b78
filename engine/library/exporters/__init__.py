"""Formats of other programs, one a module. Register a new one as an entry point in the group `tao.exporters`."""
