"""What the keys mean, one module for each subject: steps, ranges, patterns, effects, sound, tempo."""
