"""Yi & Barthet, The Drum Machine of Tao (NIME 2025), as published: a file per box of its figures.

Start at `renderer.py`, which the others rest on. `circular.py`, `select.py` and `refinement.py` go beyond the paper.
README.md maps the paper's sections to files, and says what differs.
"""
