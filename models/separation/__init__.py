"""Separators: loop and hits in, one stem per drum out.

Start at `separator.py`, the default, or `template_masks.py`, which needs no weights. `drumsep.py` and `demucs_model.py`
run other people's networks through `waveforms.py`.
"""
