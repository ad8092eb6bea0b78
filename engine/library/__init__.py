"""Loops and kits on disk. May use core alone."""
