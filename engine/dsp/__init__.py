"""Deterministic sound: compiled kernels and the arrays they work on. No devices, no files, no threads."""

from engine.dsp.kernel_cache import keep_kernels_apart

keep_kernels_apart()  # before any kernel is declared: numba decides there and then where it will be kept
