"""Keys for whole patterns: slots and chains, fills, grids, swing."""

from functools import partial

from textual.timer import Timer

from engine.core.commands import (
    CopyPattern,
    FillBars,
    SelectPattern,
    SetChain,
    SetFill,
    SetSwing,
    SetTrackLength,
    SetTrackResolution,
)
from engine.core.commands.boundary import Boundary
from engine.core.machine import FOR_EVER
from engine.core.pattern import MAX_STEPS, MAX_SWING, MIN_SWING, STEPS_PER_BEAT
from tui.modes.mode import END, Actions, Leader, Mode
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.panel import Panel
from tui.typed_values import LENGTH, SWING

CHAIN_WITHIN_S = 1.5


class PatternMode(Mode):
    """A chain is entered in one go: CHAIN_WITHIN_S after its last slot the keys mean what they usually mean."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self._chain: tuple[int, ...] = ()
        self._chain_timer: Timer | None = None
        self._previous_slot = 0

    def actions(self) -> Actions:
        """Patterns, fills, grid and swing."""
        return {"pattern": partial(self.wait_for, "pattern"), "fill": self.toggle_fill, "fill-bar": self.fill_bar,
                "grid": partial(self.wait_for, "grid"), "swing": partial(self.wait_for, "swing")}

    def leaders(self) -> dict[str, Leader]:
        """What each of them waits for."""
        return {"pattern": Leader("PATTERN  1-9 0 a-f: play it next; g: the previous one; y: copy this one to; Esc",
                                  self._pattern, value=lambda: f"{self.machine.slot + 1}"),
                "chain": Leader("CHAIN  more patterns; Enter: done", self._more_chain, lasting=True,
                                value=lambda: " ".join(str(slot + 1) for slot in self._chain)),
                "copy": Leader("COPY THIS PATTERN TO  1-9 0 a-f; Esc", self._copy,
                               value=lambda: f"{self.machine.slot + 1}"),
                "grid": Leader("TRACK GRID  left, right: length; Enter: type it; up, down: steps per beat", self._grid,
                               lasting=True, value=self._grid_words),
                "swing": Leader("SWING  up, down, Enter: pattern; left, right, t: this track; 0: as the pattern",
                                self._swing, lasting=True, value=self._swing_words)}

    def _grid_words(self) -> str:
        name = self.track.name
        return f"{self.expected(Setting('length', name))} steps, {self.expected(Setting('resolution', name))} per beat"

    def _swing_words(self) -> str:
        own = self.expected(Setting("track-swing", self.track.name))
        return f"{self.expected(Setting('swing')):.0%}" + ("" if own is None else f", {self.track.name} {own:.0%}")

    def toggle_fill(self) -> None:
        """Start a fill that lasts, or end it."""
        on = self.expected(Setting("fill")) == 0
        self.change(Setting("fill"), FOR_EVER if on else 0, SetFill(on))

    def fill_bar(self) -> None:
        """Play a fill for the next bar."""
        self.send(FillBars(), Boundary.BAR)

    def end_chain(self) -> None:
        """Stop waiting for more slots."""
        if self.panel.leader == "chain":
            self.panel.leader = END

    def _pattern(self, key: str) -> str | None:
        """Queue a slot, and wait for more of them, which make a chain; g goes back to the previous one; y copies."""
        if key == "y":
            return "copy"
        slot = self._previous_slot if key == "g" else _slot_of(key)
        if slot is None:
            return None
        self._previous_slot = self.machine.slot
        self._chain = (slot,)
        self.change(Setting("pattern"), slot, SelectPattern(slot), Boundary.PATTERN)
        return END if key == "g" else self._wait_for_more()

    def _more_chain(self, key: str) -> str | None:
        if key == "enter":
            return END
        slot = _slot_of(key)
        if slot is None:
            return None
        self._chain = (*self._chain, slot)
        self.send(SetChain(self._chain), Boundary.PATTERN)
        return self._wait_for_more()

    def _wait_for_more(self) -> str:
        if self._chain_timer is not None:
            self._chain_timer.stop()
        self._chain_timer = self.panel.set_timer(CHAIN_WITHIN_S, self.end_chain)
        return "chain"

    def _copy(self, key: str) -> str | None:
        slot = _slot_of(key)
        if slot is None:
            return None
        self.send(CopyPattern(slot))
        self.notify(f"Copied pattern {self.machine.slot + 1} to {slot + 1}.")
        return END

    def _grid(self, key: str) -> str | None:
        """Left and right change the track's length, up and down its steps per beat."""
        name = self.track.name
        length = Setting("length", name)
        if key == "enter":
            self.ask_for(LENGTH, float(self.expected(length)), partial(self._set_length, length))
            return END
        if key in ("left", "right"):
            steps = min(MAX_STEPS, max(1, self.expected(length) + (1 if key == "right" else -1)))
            self._set_length(length, steps)
        elif key in ("up", "down"):
            resolution = Setting("resolution", name)
            place = STEPS_PER_BEAT.index(self.expected(resolution)) + (1 if key == "up" else -1)
            per_beat = STEPS_PER_BEAT[min(len(STEPS_PER_BEAT) - 1, max(0, place))]
            self.change(resolution, per_beat, SetTrackResolution(name, per_beat))
        else:
            return None
        return "grid"

    def _set_length(self, length: Setting, steps: float) -> None:
        self.change(length, round(steps), SetTrackLength(length.track, round(steps)))

    def _type_swing(self, setting: Setting) -> str:
        """Let the swing of the pattern, or of a track, be typed in percent."""
        def take(percent: float) -> None:
            swing = round(percent / 100, 4)
            self.change(setting, swing, SetSwing(swing, setting.track or None))

        now = self.expected(setting)
        self.ask_for(SWING, 100 * (self.expected(Setting("swing")) if now is None else now), take)
        return END

    def _swing(self, key: str) -> str | None:
        """Up and down: the pattern's; left and right: this track's own; 0: it swings with the pattern."""
        whole, own = Setting("swing"), Setting("track-swing", self.track.name)
        if key in ("enter", "t"):
            return self._type_swing(whole if key == "enter" else own)
        if key == "0":
            self.change(own, None, SetSwing(None, own.track))
            return END
        if key in ("up", "down"):
            swing = _swing_after(self.expected(whole), 1 if key == "up" else -1)
            self.change(whole, swing, SetSwing(swing))
        elif key in ("left", "right"):
            now = self.expected(own)
            swing = _swing_after(self.expected(whole) if now is None else now, 1 if key == "right" else -1)
            self.change(own, swing, SetSwing(swing, own.track))
        else:
            return None
        return "swing"


def _slot_of(key: str) -> int | None:
    """1 to 9, 0 for the tenth, a to f for the last six."""
    if key.isdigit():
        return (int(key) or 10) - 1
    return 10 + "abcdef".index(key) if len(key) == 1 and key in "abcdef" else None


def _swing_after(swing: float, by_percent: int) -> float:
    return round(min(MAX_SWING, max(MIN_SWING, swing + by_percent / 100)), 4)
