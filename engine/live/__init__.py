"""The machine in time: the conductor, the schedule of what is to come, and the history of what was."""
