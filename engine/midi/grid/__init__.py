"""Grid controllers: pads that show the pattern in lights and put hits into it, such as a Launchpad.

`note_map` reads from TOML which pad is which, `lights` (pure) says how each one should look, `presses` (pure) what one
that is pressed asks for. `leds` sends only what has changed, and not too much of it at a time; `surface` owns the
ports and a thread, so that neither the audio thread nor the control thread waits. Start at `control`. Maps that ship
are in `maps/`.
"""
