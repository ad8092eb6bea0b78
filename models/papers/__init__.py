"""The published methods, one folder per paper."""
