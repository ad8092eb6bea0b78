"""Loop in, hits out: the transcribers, and tempo, metre and quantising. Start at `tao.py`."""
