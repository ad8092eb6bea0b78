"""The engine process: the one that owns the audio device and holds nothing heavy."""
