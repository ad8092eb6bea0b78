"""Yi & Barthet, The Drum Machine of Tao (NIME 2025): transcriber, network and one-shot selection.

README.md maps the paper's sections to files, and says what differs.
"""
