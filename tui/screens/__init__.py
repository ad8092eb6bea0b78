"""Whole screens. `instrument.py` is the one that plays; the others open over it and close with Esc."""
