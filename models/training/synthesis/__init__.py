"""Endless drum loops with known answers, to train on."""
