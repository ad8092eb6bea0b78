"""Hands on whole patterns: slots and chains, fills, grids, swing, mutes, and how the loop is read."""

import time

from textual.timer import Timer

from engine.core.commands import (
    CopyPattern,
    DoubleReading,
    FillBars,
    HalveReading,
    SelectPattern,
    SetChain,
    SetFill,
    SetLock,
    SetMute,
    SetMuteStyle,
    SetSolo,
    SetSwing,
    SetTempo,
    SetTrackLength,
    SetTrackResolution,
    ShiftDownbeat,
)
from engine.core.commands.boundary import Boundary
from engine.core.machine import FOR_EVER, MuteStyle
from engine.core.pattern import MAX_STEPS, MAX_SWING, MIN_SWING, STEPS_PER_BEAT
from engine.core.recording import recent_taps, tapped_bpm
from engine.core.timeline import MAX_BPM, MIN_BPM
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.modes.leader_keys import END, Leads
from tui.waiting import Topic

CHAIN_WITHIN_S = 1.5
BOUNDARY_WORDS = {Boundary.NOW: "at once", Boundary.BEAT: "at the beat", Boundary.BAR: "at the bar",
                  Boundary.PATTERN: "at the pattern's end"}


class PatternKeys(Leads):
    """Asks for other patterns, and for others ways to play them."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self._chain: tuple[int, ...] = ()
        self._chain_ends: Timer | None = None
        self._slot_before = 0
        self._taps: tuple[float, ...] = ()
        self.leads |= {"mute": self._mute, "solo": self._solo, "pattern": self._pattern, "chain": self._more_chain,
                       "copy": self._copy, "grid": self._grid, "swing": self._swing}
        self.lasting |= {"chain", "grid", "swing"}

    def action_boundary(self) -> None:
        """Go on to the next boundary at which mutes and fills take effect."""
        order = list(BOUNDARY_WORDS)
        self.boundary = order[(order.index(self.boundary) + 1) % len(order)]
        self.tell(f"Mutes, solos, fills and swaps take effect {BOUNDARY_WORDS[self.boundary]}.")

    def action_fill(self) -> None:
        """Begin a fill that lasts, or end it."""
        on = self.wanted(Topic("fill")) == 0
        self.want(Topic("fill"), FOR_EVER if on else 0, SetFill(on))

    def action_fill_bar(self) -> None:
        """A fill for the next bar."""
        self.ask(FillBars(), Boundary.BAR)

    def action_reading(self, which: str) -> None:
        """Count half or twice as many beats; nothing sounds different."""
        self.ask(HalveReading() if which == "half" else DoubleReading())

    def action_downbeat(self) -> None:
        """Let the bar line come a step later in the music."""
        self.ask(ShiftDownbeat(1))

    def action_tap(self) -> None:
        """Count this tap; from the third on they are the tempo."""
        self._taps = recent_taps((*self._taps, time.monotonic()))
        bpm = tapped_bpm(self._taps)
        if bpm is None:
            self.tell(f"Tap {3 - len(self._taps)} more.")
        else:
            self.want(Topic("tempo"), bpm, SetTempo(bpm))

    def action_tempo(self, by_bpm: float) -> None:
        """Faster or slower, within what a tempo may be."""
        bpm = min(MAX_BPM, max(MIN_BPM, self.wanted(Topic("tempo")) + by_bpm))
        self.want(Topic("tempo"), bpm, SetTempo(bpm))

    def action_lock(self) -> None:
        """Let this track keep its one-shot when kits are loaded, or no longer."""
        on = not self.wanted(Topic("lock", self.track.name))
        self.want(Topic("lock", self.track.name), on, SetLock(self.track.name, on))

    def switch(self, lane: int, kind: str) -> None:
        """Mute or solo a lane, or undo it, at the boundary."""
        tracks = self.playing_machine.pattern.tracks
        if not 0 <= lane < len(tracks):
            return
        name = tracks[lane].name
        on = not self.wanted(Topic(kind, name))
        self.want(Topic(kind, name), on, SetMute(name, on) if kind == "mute" else SetSolo(name, on), self.boundary)

    def _mute(self, key: str) -> str | None:
        if key == "t":
            rings = self.playing_machine.mute_style is MuteStyle.RINGS
            self.ask(SetMuteStyle(MuteStyle.GATES if rings else MuteStyle.RINGS))
            self.tell("Mutes close on tails now." if rings else "Mutes let tails ring now.")
            return END
        return self._switched(key, "mute", "m")

    def _solo(self, key: str) -> str | None:
        return self._switched(key, "solo", "s")

    def _switched(self, key: str, kind: str, same: str) -> str | None:
        if not key.isdigit() and key != same:
            return None
        self.switch(self.cursor[0] if key == same else int(key) - 1, kind)
        return END

    def _pattern(self, key: str) -> str | None:
        """A slot is queued, and more of them make a chain; g goes back to the one before; y copies."""
        if key == "y":
            return "copy"
        slot = self._slot_before if key == "g" else _slot_of(key)
        if slot is None:
            return None
        self._slot_before = self.playing_machine.slot
        self._chain = (slot,)
        self.want(Topic("pattern"), slot, SelectPattern(slot), Boundary.PATTERN)
        return END if key == "g" else self._await_more()

    def _more_chain(self, key: str) -> str | None:
        if key == "enter":
            return END
        slot = _slot_of(key)
        if slot is None:
            return None
        self._chain = (*self._chain, slot)
        self.ask(SetChain(self._chain), Boundary.PATTERN)
        return self._await_more()

    def _await_more(self) -> str:
        """A chain is entered in one go: soon the keys mean what they always mean."""
        if self._chain_ends is not None:
            self._chain_ends.stop()
        self._chain_ends = self.set_timer(CHAIN_WITHIN_S, self._end_chain)
        return "chain"

    def _end_chain(self) -> None:
        if self.lead == "chain":
            self.lead = END

    def _copy(self, key: str) -> str | None:
        slot = _slot_of(key)
        if slot is None:
            return None
        self.ask(CopyPattern(slot))
        self.tell(f"Pattern {self.playing_machine.slot + 1} is copied to {slot + 1}.")
        return END

    def _grid(self, key: str) -> str | None:
        """Left and right: the track's length; up and down: its steps a beat."""
        name, steps, per_beat = self.track.name, len(self.track.steps), self.track.steps_per_beat
        if key in ("left", "right"):
            steps = min(MAX_STEPS, max(1, self.wanted(Topic("length", name)) + (1 if key == "right" else -1)))
            self.want(Topic("length", name), steps, SetTrackLength(name, steps))
        elif key in ("up", "down"):
            place = STEPS_PER_BEAT.index(self.wanted(Topic("resolution", name))) + (1 if key == "up" else -1)
            per_beat = STEPS_PER_BEAT[min(len(STEPS_PER_BEAT) - 1, max(0, place))]
            self.want(Topic("resolution", name), per_beat, SetTrackResolution(name, per_beat))
        else:
            return None
        return "grid"

    def _swing(self, key: str) -> str | None:
        """Up and down: the pattern's; left and right: this track's own; 0: it swings with the pattern."""
        name = self.track.name
        if key == "0":
            self.want(Topic("track-swing", name), None, SetSwing(None, name))
            return END
        if key in ("up", "down"):
            swing = _swung(self.wanted(Topic("swing")), 1 if key == "up" else -1)
            self.want(Topic("swing"), swing, SetSwing(swing))
        elif key in ("left", "right"):
            own = self.wanted(Topic("track-swing", name))
            swing = _swung(self.wanted(Topic("swing")) if own is None else own, 1 if key == "right" else -1)
            self.want(Topic("track-swing", name), swing, SetSwing(swing, name))
        else:
            return None
        return "swing"


def _slot_of(key: str) -> int | None:
    """1 to 9, 0 for the tenth, a to f for the last six."""
    if key.isdigit():
        return (int(key) or 10) - 1
    return 10 + "abcdef".index(key) if len(key) == 1 and key in "abcdef" else None


def _swung(swing: float, by_percent: int) -> float:
    return round(min(MAX_SWING, max(MIN_SWING, swing + by_percent / 100)), 4)
