"""The effects that follow the song: duck, stutter, tape stop, gate, reverse, one file each. Start at `chain.py`.

They depend on frame and score alone, so any block size gives the same samples to the bit.
"""
