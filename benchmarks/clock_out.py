"""MIDI clock out: the frame of every clock against the song's, as another JACK client receives it."""

import contextlib
import time

import numpy as np

from benchmarks.click import RATE, click_stage
from benchmarks.result import Result
from benchmarks.stage import Stage
from engine.core.commands import Play, SetClockOut, SetTempo
from engine.core.midi import ClockOut
from engine.core.timeline import Timeline
from tests.midi_peer import MidiPeer, clocks

TEMPI, HELD_S, LONG_S = (60.0, 90.0, 120.0, 174.0, 240.0), 20, 600
EARLY_FRAMES = 20 * RATE  # the server runs as fast as it can: plan that far ahead


def run() -> list[Result]:
    """The worst error through tempo changes, and the drift over ten minutes."""
    return [changes(), drift()]


def changes() -> Result:
    """One song through all tempos. A change keeps the playhead, so the clock is one unbroken line."""
    with recorded() as (stage, peer):
        at = stage.client.snapshot().meters.frames + EARLY_FRAMES
        stage.client.ask(Play(), at_frames=at)
        timeline = Timeline(stage.client.snapshot().status.machine.timeline.bpm, RATE)
        lines = []
        for bpm in TEMPI:
            wait_for(stage, at + RATE // 10)
            timeline = stage.client.snapshot().status.machine.timeline
            lines.append(timeline)
            at = stage.client.snapshot().meters.frames + EARLY_FRAMES
            stage.client.ask(SetTempo(bpm), at_frames=at)
        wait_for(stage, at + HELD_S * RATE)
        lines.append(stage.client.snapshot().status.machine.timeline)
        heard = clocks(peer.heard)
    ideal = np.array([ideal_frame(lines, 40 * number) for number in range(len(heard))])
    worst = float(np.abs(heard - ideal).max())
    return Result("clock out, worst error through tempo changes", worst, "frames", "<= 1",
                  f"{len(heard)} clocks at 60 to 240 BPM, received by a JACK client; freewheeling jackd, 128 frames")


def drift() -> Result:
    """Ten minutes at a tempo at which the clocks are not a whole number of frames apart."""
    with recorded() as (stage, peer):
        at = stage.client.snapshot().meters.frames + EARLY_FRAMES
        stage.client.ask(SetTempo(174.0))
        stage.client.ask(Play(), at_frames=at)
        wait_for(stage, at + LONG_S * RATE, 300.0)
        heard = clocks(peer.heard)
    ideal = at + np.arange(len(heard)) * 60.0 * RATE / (24 * 174.0)
    off = heard - ideal
    return Result("clock out, worst error in 10 min at 174 BPM", float(np.abs(off).max()), "frames", "<= 1",
                  f"{len(heard)} clocks; the last is {off[-1]:+.2f} frames off: no drift")


class recorded:  # noqa: N801  a context manager
    """An engine that sends its clock and a client that receives it, on a server that runs as fast as it can."""

    def __enter__(self) -> tuple[Stage, MidiPeer]:
        self._stages = contextlib.ExitStack()
        stage = self._stages.enter_context(click_stage(128, frame_port=True))
        self._peer = MidiPeer(speaks_to=None)
        stage.client.ask(SetClockOut(1, ClockOut(True)))
        time.sleep(0.2)
        self._peer.client.set_freewheel(True)
        return stage, self._peer

    def __exit__(self, *details: object) -> None:
        self._peer.client.set_freewheel(False)
        self._peer.close()
        self._stages.close()


def ideal_frame(lines: list[Timeline], ticks: int) -> float:
    """The frame of `ticks`, not rounded, on the last timeline that began before it."""
    line = next((line for line in reversed(lines) if line.origin_ticks <= ticks), lines[0])
    return line.origin_frames + (ticks - line.origin_ticks) * line.frames_per_tick


def wait_for(stage: Stage, frame: int, timeout_s: float = 60.0) -> None:
    """Wait until the engine has played `frame`."""
    if not stage.client.wait(lambda s: s.meters.frames > frame, timeout_s):
        raise RuntimeError(f"The engine did not reach frame {frame} within {timeout_s:g} s.")
