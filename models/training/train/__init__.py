"""Training the networks: courses, losses, checkpoints and curves."""
