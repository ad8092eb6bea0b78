"""Keys for the tempo: nudge and tap it, count the loop at another tempo, choose between its readings."""

import time
from functools import partial

from engine.core.commands import DoubleReading, HalveReading, SetTempo, SetTimeSignature, ShiftDownbeat
from engine.core.loop import Reading
from engine.core.recording import recent_taps, tapped_bpm
from engine.core.snapshot import SyncState
from engine.core.timeline import MAX_BPM, MIN_BPM
from tui.midi_rows import leader_words
from tui.modes.mode import END, Actions, Leader, Mode
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.panel import Panel
from tui.typed_values import TEMPO

READINGS, METER = "readings", "meter"
METERS = {"2": (2, 4), "3": (3, 4), "4": (4, 4), "5": (5, 4), "6": (6, 8), "7": (7, 8), "9": (9, 8), "0": (12, 8)}
OFFERED = 3
IDLE_S = 1.5  # so that a digit meant for a pad never chooses a tempo


class TempoMode(Mode):
    """Where the loop's tempo is uncertain, offers its readings as soon as no key has been pressed for a while. Any key
    but their digits keeps the tempo."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self.taps: tuple[float, ...] = ()
        self.last_key_s = 0.0
        self._readings: tuple[Reading, ...] = ()
        self._offered: tuple[Reading, ...] = ()

    def actions(self) -> Actions:
        """The tempo, and how the loop is counted."""
        return {"tempo-up": partial(self.nudge, 1.0), "tempo-down": partial(self.nudge, -1.0), "tap": self.tap,
                "halve": partial(self.send, HalveReading()), "double": partial(self.send, DoubleReading()),
                "type-tempo": self.type_tempo, "downbeat": partial(self.send, ShiftDownbeat(1)),
                "readings": self.offer_readings, "next-reading": self.next_reading,
                "meter": partial(self.wait_for, METER)}

    def leaders(self) -> dict[str, Leader]:
        """The choice of a reading, whose prompt is set when the readings are known, and of a metre."""
        return {READINGS: Leader("WHICH TEMPO?", self._choose, lasting=True),
                METER: Leader("METRE  2: 2/4  3: 3/4  4: 4/4  5: 5/4  6: 6/8  7: 7/8  9: 9/8  0: 12/8  Esc",
                              self._set_meter, value=self._meter_words)}

    def nudge(self, by_bpm: float) -> None:
        """Faster or slower, within the tempo's range."""
        if self._is_led():
            return
        bpm = min(MAX_BPM, max(MIN_BPM, self.expected(Setting("tempo")) + by_bpm))
        self.change(Setting("tempo"), bpm, SetTempo(bpm))

    def type_tempo(self) -> None:
        """Let a tempo be typed."""
        if self._is_led():
            return
        setting = Setting("tempo")
        self.ask_for(TEMPO, self.expected(setting), lambda bpm: self.change(setting, bpm, SetTempo(bpm)))

    def tap(self) -> None:
        """Count this tap; from the third on the taps set the tempo."""
        if self._is_led():
            return
        self.taps = recent_taps((*self.taps, time.monotonic()))
        bpm = tapped_bpm(self.taps)
        if bpm is None:
            self.notify(f"Tap {3 - len(self.taps)} more.")
        else:
            self.change(Setting("tempo"), bpm, SetTempo(bpm))

    def _is_led(self) -> bool:
        """Whether somebody else sets the tempo now; if so, say who, and how to take it over."""
        sync = self.panel.snapshot.status.sync
        led = sync.bpm is not None and sync.state in (SyncState.SEEKING, SyncState.LOCKED) and not sync.peers
        if led:
            self.notify(f"The tempo comes from {leader_words(sync)}. {self.key_of('source')} chooses another clock "
                        "source.")
        return led

    def show(self, readings: tuple[Reading, ...]) -> None:
        """Take over the readings of the newest snapshot; offer them once."""
        self._readings = readings
        if self.panel.leader == READINGS and readings != self._offered:
            self.panel.leader = END
        idle = not self.panel.leader and self.panel.marked is None and time.monotonic() - self.last_key_s > IDLE_S
        if readings and set(readings) != set(self._offered) and idle and self.panel.is_current:
            self.offer_readings()

    def offer_readings(self) -> None:
        """Offer the loop's readings, if its tempo is uncertain."""
        if not self._readings:
            self.notify(f"The tempo is certain. {self.key_of('halve')} and {self.key_of('double')} halve and double "
                        "it.")
            return
        self._offered = self._readings
        offers = "  ".join(f"{number}: {_words(reading)}" for number, reading in enumerate(self._readings[:OFFERED], 1))
        self.panel.key_bar.prompts[READINGS] = f"WHICH TEMPO?  {offers} BPM; any other key: keep it"
        self.panel.leader = READINGS

    def _choose(self, key: str) -> str | None:
        if not key.isdigit() or not 1 <= int(key) <= len(self._readings[:OFFERED]):
            return None
        self._read_as(int(key) - 1)
        return END

    def next_reading(self) -> None:
        """Read the loop in the next likely way, round and round: the present one is the first, and becomes the last."""
        if not self._readings:
            self.offer_readings()
            return
        self._offered = self._readings
        self._read_as(1 % len(self._readings))

    def _read_as(self, number: int) -> None:
        chosen = self._readings[number]
        self.requests.attempt(self.requests.engine.choose_reading, number)
        self.notify(f"{chosen.beats:g} beats of {_words(chosen)} BPM.")

    def _meter_words(self) -> str:
        """`7/8`."""
        over, under = self.machine.pattern.time_signature
        return f"{over}/{under}"

    def _set_meter(self, key: str) -> str | None:
        if key not in METERS:
            return None
        self.send(SetTimeSignature(METERS[key]))
        return END


def _words(reading: Reading) -> str:
    """The tempo of a reading, and its metre where that is not 4/4."""
    over, under = reading.time_signature
    return f"{reading.bpm:.1f}" + ("" if (over, under) == (4, 4) else f" in {over}/{under}")
