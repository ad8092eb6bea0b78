"""The title of each action, as the palette and the help write it, and its keys."""

from tui.glyphs import Glyphs
from tui.key_names import key_words
from tui.keymap import Action

TITLES = {  # where the id alone would not do
    "tempo-up": "Tempo +1", "tempo-down": "Tempo -1", "tap": "Tap tempo", "source": "Clock source",
    "boundary": "Mute boundary", "gain": "Master fader", "length": "Take length", "catch": "Catch last bars",
    "hold": "Hold last bars", "threshold": "Start on sound", "monitor": "Monitor input",
    "resample-kit": "Resample kit", "resample-track": "Resample track", "correct": "Re-solve kit",
    "decompose": "Decompose again", "listen": "Hear loop/kit", "listen-now": "Hear it at once",
    "halve": "Half the tempo", "double": "Twice the tempo", "readings": "Choose a tempo",
    "downbeat": "Move bar line",
    "open": "Open", "save": "Save the kit", "new": "New", "save-set": "Save the set", "cancel-job": "Stop the job",
    "left": "Step back", "right": "Step on", "up": "Track above", "down": "Track below", "bar-left": "Bar back",
    "bar-right": "Bar on", "toggle": "Hit or no hit", "clear": "Clear a step", "mark-left": "Mark left",
    "mark-right": "Mark right", "move-earlier": "Move earlier", "move-later": "Move later",
    "velocity-up": "Harder", "velocity-down": "Softer", "change": "Own sound", "next-uncertain": "Next doubt",
    "grid-values": "Grid values", "pattern": "Play a pattern", "fill-bar": "Fill one bar", "grid": "Track grid",
    "sounds": "Browse sounds", "shape": "Shape the sound", "lock": "Lock the sound", "effects-off": "Effects off",
    "rack": "Bypass the rack", "midi": "MIDI", "learn": "MIDI learn", "escape": "Cancel", "palette": "Palette",
    "help": "Help", "panic": "Panic",
}


def title_of(action: Action) -> str:
    """What the action is called on the screen."""
    return TITLES.get(action.id, action.id.removeprefix("midi-").replace("-", " ").capitalize())


def title_with_keys(action: Action, glyphs: Glyphs) -> str:
    """The title, and the keys in parentheses if it has any: the palette would take [F2] for a style, and hide it."""
    keys = ", ".join(key_words(key, glyphs) for key in action.keys)
    return f"{title_of(action)}  ({keys})" if keys else title_of(action)
