"""Hockman & Drysdale, Latent rhythm transformation of drum recordings (AES 2025): a file per box of its figure.

The rhythm of a target recording on the timbre of a source. Start at `method.py`, which uses all others. README.md maps
the paper's sections to files, and says what differs.
"""
