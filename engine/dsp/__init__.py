"""Deterministic sound: compiled kernels and the arrays they work on. No devices, no files, no threads."""
