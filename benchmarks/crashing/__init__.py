"""Crashes on purpose: processes killed and disks filled at random moments, and what is left is looked at. Start with
`benchmarks/crashes.py`; an activity of the command line is a row in `verbs.ACTIVITIES`, one of the engine's in
`live.MOVES`."""
