"""Separators that were trained: from a loop and its hits to one stem per drum."""
