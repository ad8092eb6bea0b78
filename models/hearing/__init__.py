"""Loop in, hits out: the transcribers `tao` and `onset-strength`, and tempo, metre and quantising.

Start at `tao.py`, the default: `ensemble.py` runs the networks (`tcn.py`) on a spectrogram, `hit_classifier.py` decides
which peaks are hits. `onset_strength.py` needs no weights and also finds the attacks that slices are cut at.
"""
