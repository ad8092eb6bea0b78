"""Tao and an independent client on one JACK server: one leads, and the client reports what it heard."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.click import RATE, click_stage
from benchmarks.result import Result
from engine.core.commands import Play, SetClockOut, SetClockSource, SetTempo
from engine.core.midi import ClockOut, ClockSource

PROGRAM = Path(__file__).parent / "second_client.py"
SETTLE_S, LEAST = 4.0, 10


@dataclass(frozen=True)
class Seen:
    """What the client observed, in frames of the JACK server. gaps: where blocks were dropped, and with them what the
    instruments would have sent each other. Nothing is judged for a while after each."""

    sent: np.ndarray
    clocks: np.ndarray
    onsets: np.ndarray
    messages: list[list[int]]
    gaps: np.ndarray

    def click_errors_ms(self) -> np.ndarray:
        """How late each click was against the nearest beat that the client meant."""
        return self._errors_ms(self.onsets, self.sent[::24])

    def clock_errors_ms(self) -> np.ndarray:
        """How late each of Tao's clocks was against the nearest clock that the client meant."""
        return self._errors_ms(self.clocks, self.sent)

    def calm(self, times: np.ndarray, settle_s: float) -> np.ndarray:
        """Which of `times` are neither within settle_s after a dropped block nor just before one."""
        since = times[:, None] - self.gaps[None, :]
        return ~((since > -0.05 * RATE) & (since < settle_s * RATE)).any(axis=1)

    def summary(self, settle_s: float = SETTLE_S) -> str:
        """How often blocks were dropped, for a result's line. Several at once count as one."""
        places = np.unique(np.floor(self.gaps / (0.1 * RATE)))
        return f"blocks were dropped {len(places)} times; nothing is judged for {settle_s:g} s after each"

    def _errors_ms(self, heard: np.ndarray, meant: np.ndarray) -> np.ndarray:
        heard = heard[(heard > meant[0] + SETTLE_S * RATE) & (heard < meant[-1])]
        heard = heard[self.calm(heard, SETTLE_S)]
        places = np.searchsorted(meant, heard)
        before, after = meant[places - 1], meant[np.minimum(places, len(meant) - 1)]
        nearest = np.where(heard - before < after - heard, before, after)
        return np.asarray((heard - nearest) * 1000.0 / RATE)


def p99(name: str, errors_ms: np.ndarray, how: str) -> Result:
    """The 99th percentile of the errors' size; not measured if too many blocks were dropped to judge enough errors."""
    off_ms = np.abs(errors_ms)
    if len(off_ms) < LEAST:
        return Result(name, None, "ms", "< 1", f"only {len(off_ms)} could be judged; {how}")
    spread = f"{len(off_ms)} judged, median {np.median(off_ms):.3f} ms, worst {off_ms.max():.3f} ms"
    return Result(name, float(np.percentile(off_ms, 99)), "ms", "< 1", f"{spread}; {how}")


def lead(seconds: float, bpm: float, jitter_ms: float, lost: float, seed: int) -> Seen:
    """The client leads; Tao follows and sends a clock of its own."""
    with click_stage(128) as stage:
        stage.client.ask(SetClockSource(ClockSource.MIDI))
        stage.client.ask(SetClockOut(1, ClockOut(True)))
        return _run("lead", seconds, bpm, jitter_ms, lost, seed)


def listen(seconds: float, bpm: float) -> Seen:
    """Tao leads; the client listens to clock and clicks."""
    with click_stage(128) as stage:
        stage.client.ask(SetClockOut(1, ClockOut(True)))
        stage.client.ask(SetTempo(bpm))
        begin = lambda: stage.client.ask(Play(), at_frames=stage.client.snapshot().meters.frames + RATE)  # noqa: E731
        return _run("listen", seconds, bpm, 0.0, 0.0, 0, begin)


def _run(mode: str, seconds: float, bpm: float, jitter_ms: float, lost: float, seed: int,
         meanwhile: Callable[[], object] = lambda: None) -> Seen:
    arguments = [mode, *map(str, (seconds, bpm, jitter_ms, lost, seed))]
    process = subprocess.Popen([sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        meanwhile()
        answer = json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
    return Seen(np.array(answer["sent"]), np.array(answer["clocks"], float), np.array(answer["onsets"], float),
                answer["messages"], np.array(answer["gaps"], float))
