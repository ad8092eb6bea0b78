"""The screen, in Textual: keys become commands to the engine, snapshots of the engine become a picture.

Start with `app.py`, which reads the snapshots, `keymap.py`, the table of all keys, and `modes`, what the keys do. The
music never depends on anything here.
"""
