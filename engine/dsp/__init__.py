"""Deterministic sound: compiled kernels and the arrays they work on. No devices, no files, no threads."""

from engine.dsp.kernel_cache import separate_kernels

separate_kernels()  # before any kernel is declared: numba decides there and then where it will be kept
