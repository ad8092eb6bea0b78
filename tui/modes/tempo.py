"""Hands on a tempo in doubt: the likeliest readings of the loop are offered, a digit chooses one."""

import time

from textual.events import Key
from textual.message import Message

from engine.core.loop import Reading
from engine.core.snapshot import Notice, Snapshot
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.modes.leader_keys import END, Leads

LEAD = "readings"
HANDS_OFF_S = 1.5  # nobody chooses by a digit that was meant for a pad


class TempoKeys(Leads):
    """Offers the readings when they come and no hand is on the keys; any key but theirs leaves the tempo as it is."""

    class Counted(Message):
        """The loop has so many quarter notes."""

        def __init__(self, beats: int) -> None:
            super().__init__()
            self.beats = beats

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self._readings: tuple[Reading, ...] = ()
        self._seen: tuple[Reading, ...] = ()
        self._touched_s = 0.0
        self.leads |= {LEAD: self._reading}
        self.lasting |= {LEAD}

    async def on_key(self, event: Key) -> None:
        """Remember when a hand was on the keys. Textual calls this beside that of Leads."""
        self._touched_s = time.monotonic()

    def show(self, snapshot: Snapshot, record_bars: int, banner: str, notice: Notice, now_s: float) -> None:
        """Take over the newest snapshot; offer the readings in it, once."""
        super().show(snapshot, record_bars, banner, notice, now_s)
        self._readings = snapshot.status.readings
        if self.lead == LEAD and self._readings != self._seen:
            self.lead = END
        idle = not self.lead and self.marked is None and now_s - self._touched_s > HANDS_OFF_S
        if self._readings and self._readings != self._seen and idle and self.is_current:
            self.action_readings()

    def action_readings(self) -> None:
        """Offer the readings of the loop, if its tempo is in doubt."""
        if not self._readings:
            self.tell("The tempo is not in doubt; h and H halve and double it.")
            return
        self._seen = self._readings
        offers = "  ".join(f"{number} {reading.bpm:.1f}" for number, reading in enumerate(self._readings[:3], 1))
        self.key_bar.leads[LEAD] = f"HOW FAST?  {offers} BPM   any other key: as it is"
        self.lead = LEAD

    def _reading(self, key: str) -> str | None:
        """A digit: that one."""
        if not key.isdigit() or not 1 <= int(key) <= len(self._readings[:3]):
            return None
        chosen = self._readings[int(key) - 1]
        self.post_message(self.Counted(chosen.beats))
        self.tell(f"{chosen.beats} beats, {chosen.bpm:.2f} BPM.")
        return END
