"""Tao and an independent client on one JACK server: one leads, the other says what it heard."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.click import RATE, click_stage
from engine.core.commands import Play, SetClockOut, SetSource, SetTempo
from engine.core.midi import ClockOut, Source

PROGRAM = Path(__file__).parent / "second_client.py"


@dataclass(frozen=True)
class Seen:
    """What the client saw, in frames of the JACK server."""

    sent: np.ndarray
    clocks: np.ndarray
    onsets: np.ndarray
    messages: list[list[int]]

    def click_errors_ms(self, settle_s: float) -> np.ndarray:
        """How late each click was against the nearest beat that was meant, after settle_s."""
        beats = self.sent[::24]
        onsets = self.onsets[self.onsets > beats[0] + settle_s * RATE]
        onsets = onsets[onsets < beats[-1]]
        nearest = beats[np.abs(onsets[:, None] - beats[None, :]).argmin(axis=1)]
        return (onsets - nearest) * 1000.0 / RATE

    def clock_errors_ms(self, settle_s: float) -> np.ndarray:
        """How late each of Tao's clocks was against the nearest clock that was meant."""
        heard = self.clocks[(self.clocks > self.sent[0] + settle_s * RATE) & (self.clocks < self.sent[-1])]
        places = np.searchsorted(self.sent, heard)
        before, after = self.sent[places - 1], self.sent[np.minimum(places, len(self.sent) - 1)]
        nearest = np.where(heard - before < after - heard, before, after)
        return (heard - nearest) * 1000.0 / RATE


def lead(seconds: float, bpm: float, jitter_ms: float, lost: float, seed: int) -> Seen:
    """The client leads, Tao follows, and sends its own clock on."""
    with click_stage(128) as stage:
        stage.client.ask(SetSource(Source.MIDI))
        stage.client.ask(SetClockOut(1, ClockOut(True)))
        return _run("lead", seconds, bpm, jitter_ms, lost, seed)


def listen(seconds: float, bpm: float) -> Seen:
    """Tao leads; the client listens to clock and clicks."""
    with click_stage(128) as stage:
        stage.client.ask(SetClockOut(1, ClockOut(True)))
        stage.client.ask(SetTempo(bpm))
        return _run("listen", seconds, bpm, 0.0, 0.0, 0, lambda: stage.client.ask(Play()))


def _run(mode: str, seconds: float, bpm: float, jitter_ms: float, lost: float, seed: int,
         meanwhile=lambda: None) -> Seen:  # type: ignore[no-untyped-def]
    arguments = [mode, *map(str, (seconds, bpm, jitter_ms, lost, seed))]
    process = subprocess.Popen([sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        meanwhile()
        told = json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
    return Seen(np.array(told["sent"]), np.array(told["clocks"], float), np.array(told["onsets"], float),
                told["messages"])
