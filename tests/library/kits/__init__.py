"""The library: its index and its searches."""
