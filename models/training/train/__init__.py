"""Training the networks. Start at `trainer.py`, the loop; `courses.py` says what each network learns from and how.

`assemble.py` makes one weights file of several runs and fits the hit classifier (`fit_classifier.py`).
"""
