"""What keys do about takes: record, catch, layer, resample, hold, and how takes are made."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.core.recording import KIT, MASTER, MAX_BARS, Monitor, RecordingSetup
from engine.core.snapshot import RecordState, Snapshot
from tui.handle import EngineHandle

FREE = 0  # as a number of bars: until it is ended
COUNT_INS = (1, 2, 0)
THRESHOLDS_DB = (None, -40.0, -30.0, -20.0)
CAUGHT_BARS = 4  # of what was heard, while takes are free


class RecordingActions:
    """The part of TaoApp that asks for takes. record_bars: how long they are, FREE for no length."""

    engine: EngineHandle
    snapshot: Snapshot
    record_bars: int
    say: Callable[..., None]
    _try: Callable[..., Any]

    @property
    def _beats_per_bar(self) -> int:
        return self.snapshot.status.machine.pattern.beats_per_bar

    @property
    def _beats(self) -> int:
        return (self.record_bars or CAUGHT_BARS) * self._beats_per_bar

    def action_record(self) -> None:
        """Arm a take; give an armed one up; end a running one on the bar line."""
        match self.snapshot.status.record_state:
            case RecordState.ARMED:
                self._try(self.engine.cancel_recording)
            case RecordState.RECORDING:
                self._try(self.engine.end_take)
            case _ if self.record_bars == FREE:
                self._try(self.engine.start_free_take)
            case _:
                self._try(self.engine.start_recording, self._beats)

    def action_cancel_take(self) -> None:
        """Give up the take."""
        self._try(self.engine.cancel_recording)

    def action_catch(self) -> None:
        """Make a take of what was just heard."""
        self._try(self.engine.capture_last, self._beats)

    def action_overdub(self) -> None:
        """Lay a take over the loop."""
        self._try(self.engine.overdub)

    def action_resample(self, source: str = MASTER) -> None:
        """Record Tao's own sound: the master, the kit, or a track by name."""
        self._try(self.engine.resample, source, self._beats)

    def action_resample_kit(self) -> None:
        """Record the kit without the master's effects."""
        self.action_resample(KIT)

    def action_hold(self) -> None:
        """Loop what was just played."""
        self._try(self.engine.hold, self._beats)

    def action_monitor(self) -> None:
        """Off, on, while recording."""
        setup = self.snapshot.status.recording
        monitor = _after(tuple(Monitor), setup.monitor)
        words = {Monitor.OFF: "not heard", Monitor.ON: "heard", Monitor.AUTO: "heard while a take is armed or runs"}
        self._set_up(replace(setup, monitor=monitor), f"The input is {words[monitor]}.")

    def action_count_in(self) -> None:
        """One bar, two, none."""
        setup = self.snapshot.status.recording
        bars = _after(COUNT_INS, setup.count_in_bars)
        words = f"A count-in of {bars} bar{'s' if bars > 1 else ''}." if bars else "No count-in."
        self._set_up(replace(setup, count_in_bars=bars), words)

    def action_threshold(self) -> None:
        """Off, -40, -30, -20 dBFS."""
        setup = self.snapshot.status.recording
        level_db = _after(THRESHOLDS_DB, setup.threshold_db)
        words = "Takes start on the bar line." if level_db is None else f"Takes wait for a sound above {level_db:g} dB."
        self._set_up(replace(setup, threshold_db=level_db), words)

    def _set_up(self, setup: RecordingSetup, words: str) -> None:
        self._try(self.engine.set_recording, setup)
        self.say(words)


def bars_after(key: str, bars: int) -> int:
    """How long takes are after this key of the length's leader: a digit's bars (0: 16), `up` twice as many, `down`
    half, `L` FREE; any other key changes nothing."""
    if key.isdigit():
        return int(key) or 16
    return {"up": min(MAX_BARS, 2 * bars or 1), "down": max(1, bars // 2), "L": FREE}.get(key, bars)


def _after(values: tuple, value: Any) -> Any:
    """The one after `value`, round and round; the first where it is none of them."""
    return values[(values.index(value) + 1) % len(values)] if value in values else values[0]
