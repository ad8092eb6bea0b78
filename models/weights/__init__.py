"""Trained weights and their model cards: what ships with Tao, what can be fetched, and how the files are read.

`shipped.py` lists and verifies the bundled files without loading torch; `files.py` reads and writes them; `fetching.py`
downloads others; `foreign.py` opens other people's checkpoints safely.
"""
