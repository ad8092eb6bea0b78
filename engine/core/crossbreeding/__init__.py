"""Cross-breeding: the kit of one loop, the pattern of another, the groove of either, and everything in between.

Pure values and functions. Start at `morphing`; `parents` is what a machine holds of two loops. A groove here is what
makes a pattern feel as it does: velocities, microtiming and swing. Which steps sound is the pattern.
"""
