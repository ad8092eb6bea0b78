"""MIDI off the audio thread. Start at `control`, which has all of it: `patchbay` joins ports by name, `controller_map`
learns knobs and pads, `step_recording` turns pads into steps, `grid/` shows the pattern on pads with lights, and
`rtmidi` stands in where JACK has no MIDI ports."""
