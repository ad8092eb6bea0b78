"""Endless drum loops with known answers, to train on. Start at `examples.py`, which makes the batches.

`patterns.py` draws what is played, `palette.py` the sounds it is played with, from the one-shots of `bank.py` and
`electronic.py`; `rendering.py` turns strokes into audio, `production.py` adds effects.
"""
