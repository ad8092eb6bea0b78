"""A performance on disk: its folder, replaying it to audio, and restoring it."""
