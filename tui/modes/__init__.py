"""What the keys do, one module a subject: steps, ranges, patterns, tracks, sound, effects, tempo, takes.

Start with `mode.py`. A mode is an object that the instrument screen holds: it names the actions it carries out, by the
ids of `tui.keymap`, and the leader keys that it waits for. A mode asks the engine through `Requests` and reads the
machine from the `Panel`; it draws nothing.
"""
