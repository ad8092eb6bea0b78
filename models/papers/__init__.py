"""Published methods, one folder per paper, usable beside Tao's own. README.md says which papers are built."""
