"""MIDI outside the audio thread: ports, learned controllers, step recording, and the control of all of it."""
