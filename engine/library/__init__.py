"""Loops, kits and patterns on disk: reading, writing, searching, fitting, exporting, importing. May use core alone.

Start with `kit_folder` (a decomposition as a folder) and `decomposition` (the same as a value); `files` is how every
file is written, `exporters` and `importers` hold one module for each format of other programs, and `index` finds things
again.
"""
