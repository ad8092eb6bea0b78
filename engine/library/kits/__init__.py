"""Kits on disk: what a decomposition folder holds, how it is written and read, and a machine as such a folder.

Start with `decomposition.py`, the value, and `kit_folder.py`, the folder.
"""
