"""The clock sources: MIDI clock followed by a tempo filter, and Ableton Link."""
