"""Files of other programs, one format a module. Start with `engine/library/importing.py`, which finds the right one.
Register a new one as an entry point in the group `tao.importers`."""
