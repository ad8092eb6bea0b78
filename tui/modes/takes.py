"""Keys for takes: record, catch, overdub, resample, hold, and how takes are made."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from engine.core.recording import KIT, MASTER, MAX_BARS, Monitor, RecordingSetup
from engine.core.snapshot import RecordState
from engine.core.time_signature import Quarters
from tui.modes.mode import END, Actions, Leader, Mode
from tui.requests import Requests
from tui.screens.panel import Panel
from tui.typed_values import BARS

FREE = 0  # as a number of bars: until the take is ended
COUNT_INS = (1, 2, 0)
THRESHOLDS_DB = (None, -40.0, -30.0, -20.0)
CAUGHT_BARS = 4  # what `catch` takes while takes have no set length
MONITOR_WORDS = {Monitor.OFF: "off", Monitor.ON: "on", Monitor.AUTO: "on while a take is armed or running"}

Value = TypeVar("Value")


class TakeMode(Mode):
    """bars: how long takes are, FREE for no set length."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self.bars = max(1, int(panel.snapshot.status.record_beats // self._beats_per_bar))

    def actions(self) -> Actions:
        """Every way to record."""
        engine = self.requests.engine
        return {"record": self.record, "length": partial(self.wait_for, "length"),
                "cancel-take": partial(self.requests.attempt, engine.cancel_recording),
                "catch": partial(self._with_length, engine.capture_last),
                "overdub": partial(self.requests.attempt, engine.overdub),
                "resample": partial(self.resample, MASTER), "resample-kit": partial(self.resample, KIT),
                "resample-track": self.resample_track, "hold": partial(self._with_length, engine.hold),
                "count-in": self.next_count_in, "threshold": self.next_threshold, "monitor": self.next_monitor}

    def leaders(self) -> dict[str, Leader]:
        """The length of takes."""
        return {"length": Leader("TAKE LENGTH  1-9 bars, 0: 16; up: double, down: half; Enter: type; L: no limit",
                                 self._length, value=lambda: f"{self.bars} bars" if self.bars else "no limit")}

    def record(self) -> None:
        """Arm a take; cancel an armed one; end a running one on the bar line."""
        ask, engine = self.requests.attempt, self.requests.engine
        match self.panel.snapshot.status.record_state:
            case RecordState.ARMED:
                ask(engine.cancel_recording)
            case RecordState.RECORDING:
                ask(engine.end_take)
            case _ if self.bars == FREE:
                ask(engine.start_free_take)
            case _:
                ask(engine.start_recording, self._beats)

    def resample(self, source: str) -> None:
        """Record Tao's own sound: the master, the kit, or a track by name."""
        self.requests.attempt(self.requests.engine.resample, source, self._beats)

    def resample_track(self) -> None:
        """Record the track under the cursor."""
        self.resample(self.track.name)

    def next_count_in(self) -> None:
        """One bar, two, none."""
        bars = _next(COUNT_INS, self._setup.count_in_bars)
        words = f"Count-in: {bars} bar{'s' if bars > 1 else ''}." if bars else "Count-in: off."
        self._set_up(replace(self._setup, count_in_bars=bars), words)

    def next_threshold(self) -> None:
        """Off, -40, -30, -20 dBFS."""
        level_db = _next(THRESHOLDS_DB, self._setup.threshold_db)
        words = "Takes start on the bar line." if level_db is None else f"Takes start on a sound above {level_db:g} dB."
        self._set_up(replace(self._setup, threshold_db=level_db), words)

    def next_monitor(self) -> None:
        """Off, on, only while recording."""
        monitor = _next(tuple(Monitor), self._setup.monitor)
        self._set_up(replace(self._setup, monitor=monitor), f"Input monitoring: {MONITOR_WORDS[monitor]}.")

    @property
    def _setup(self) -> RecordingSetup:
        return self.panel.snapshot.status.recording

    @property
    def _beats_per_bar(self) -> Quarters:
        return self.machine.pattern.beats_per_bar

    @property
    def _beats(self) -> Quarters:
        return (self.bars or CAUGHT_BARS) * self._beats_per_bar

    def _with_length(self, request: Callable[[Quarters], None]) -> None:
        self.requests.attempt(request, self._beats)

    def _set_up(self, setup: RecordingSetup, words: str) -> None:
        self.requests.attempt(self.requests.engine.set_recording, setup)
        self.notify(words)

    def _length(self, key: str) -> str:
        if key == "enter":
            self.ask_for(BARS, float(self.bars or CAUGHT_BARS), lambda bars: setattr(self, "bars", round(bars)))
            return END
        self.bars = bars_after(key, self.bars)
        return END


def bars_after(key: str, bars: int) -> int:
    """How long takes are after this key of the length's leader: a digit's bars (0: 16), `up` doubles, `down` halves,
    `L` is FREE; any other key changes nothing."""
    if key.isdigit():
        return int(key) or 16
    return {"up": min(MAX_BARS, 2 * bars or 1), "down": max(1, bars // 2), "L": FREE}.get(key, bars)


def _next(values: tuple[Value, ...], value: Value) -> Value:
    """The one after `value`, round and round; the first where it is none of them."""
    return values[(values.index(value) + 1) % len(values)] if value in values else values[0]
