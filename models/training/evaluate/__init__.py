"""Scoring transcriptions and decompositions against known answers."""
