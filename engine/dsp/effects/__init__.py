"""The effects that follow the song: duck, stutter, tape stop, gate, reverse."""
