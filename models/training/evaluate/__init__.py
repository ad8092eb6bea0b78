"""Measuring on loops with known answers: transcribers (`transcription.py`) and decompositions (`decomposition.py`)."""
