"""Whole screens: the instrument, the keys, the file to open."""
