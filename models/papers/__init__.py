"""Published methods, one folder per paper, each usable as plugins. README.md says which papers are built."""
