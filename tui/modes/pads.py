"""The pads under the letters: while they are open, two rows of the keyboard play the tracks."""

from functools import partial

from tui.modes.mode import END, Actions, Leader, Mode
from tui.modes.tracks import TrackMode
from tui.screens.panel import Panel


class PadMode(Mode):
    """Which letters play depends on the keyboard. Every other key does what it usually does; Esc closes the pads."""

    def __init__(self, panel: Panel, tracks: TrackMode) -> None:
        super().__init__(panel, tracks.requests)
        self._trigger = tracks.trigger
        self._track_of = {key: number for number, key in enumerate(panel.keymap.pad_row, 1)}

    def actions(self) -> Actions:
        """Open the pads."""
        return {"pads": partial(self.wait_for, "pads")}

    def leaders(self) -> dict[str, Leader]:
        """The pads, until Esc."""
        shown = self.panel.keymap.pad_labels(self.panel.glyphs)
        return {"pads": Leader(f"PADS  {shown[:4]} play tracks 1-4, {shown[4:]} 5-8; {self.key_of('pads')}, Esc: done",
                               self._play, lasting=True, stays=True)}

    def _play(self, key: str) -> str | None:
        """A letter of the two rows, or a digit, triggers its track."""
        if key == "escape" or key in self.panel.keymap["pads"].keys:
            return END
        number = int(key) if key.isdigit() else self._track_of.get(key, 0)
        if not number:
            return None
        self._trigger(number)
        return "pads"
