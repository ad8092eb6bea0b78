"""Training and evaluating Tao's networks.

`synthesis` makes endless loops with known answers, `train` trains on them, `evaluate` measures on loops with known
answers, `charts` draws the results.
"""
