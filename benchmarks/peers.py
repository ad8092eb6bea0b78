"""Programs that nobody here wrote lead Tao by JACK's transport, and follow it: how far their beats lie apart.

Both are heard by one client, and every beat is judged, the first included. Hydrogen's drums are recordings, which begin
quietly and so are heard a little late, by as much on every beat: that is taken out, and told. klick's clicks are not.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jack
import numpy as np

from benchmarks import hydrogen
from benchmarks.click import RATE, click_stage
from benchmarks.ears import Ears
from benchmarks.result import Result
from benchmarks.stage import Stage
from engine.core.commands import LeadTransport, Play, SetClockSource, SetTempo
from engine.core.midi import ClockSource

TEMPI, BEATS, TARGET_MS = (60.0, 96.0, 133.0, 200.0), 8, 5.0
OWN_BPM, RISE_MS, TRIES, LEAVES_S = 120.0, 5.0, 3, 3.0
Command = tuple[list[str], dict[str, str]]


@dataclass(frozen=True)
class Peer:
    """A program. follows, leads: its command line and environment, given a folder and a tempo; port: what sounds;
    rises: whether a sound begins quietly."""

    name: str
    port: str
    rises: bool
    missing: str | None
    follows: Callable[[Path, float], Command]
    leads: Callable[[Path, float], Command]


PEERS = (
    Peer("klick", "klick:out", False, None if shutil.which("klick") else "klick",
         lambda _, bpm: (["klick", "-j", "-n", "klick"], dict(os.environ)),
         lambda _, bpm: (["klick", "-T", "-n", "klick", f"{bpm:g}"], dict(os.environ))),
    Peer("Hydrogen", "ydrogen:out_L", True, hydrogen.missing(),
         lambda folder, bpm: hydrogen.command(folder, OWN_BPM, leads=False),
         lambda folder, bpm: hydrogen.command(folder, bpm, leads=True)))


def run() -> list[Result]:
    """For each peer and direction, the worst of all tempi on beats 1 and later."""
    return [line(peer, leads) for peer in PEERS for leads in (True, False)]


def line(peer: Peer, leads: bool) -> Result:
    """Tao behind the peer, or the peer behind Tao."""
    name = f"Tao follows {peer.name}" if leads else f"{peer.name} follows Tao"
    if peer.missing is not None:
        return Result(name, None, "ms", "", f"{peer.missing} is not installed: apt-get install {peer.missing}")
    found, dropped, rises_ms = list[np.ndarray](), 0, [0.0]
    with click_stage(128) as stage, ears() as both:
        both.hear(0, "tao:out_1")
        stage.client.ask(SetClockSource(ClockSource.JACK) if leads else LeadTransport(True))
        for bpm in TEMPI:
            for _ in range(TRIES):
                errors_ms, gaps = beats(stage, both, peer, bpm, leads)
                dropped += gaps > 0
                if not gaps and len(errors_ms):
                    break
            rises_ms.append(rise_ms(errors_ms) if peer.rises else 0.0)
            found.append(errors_ms + rises_ms[-1])
    length = min(map(len, found))
    if length < 2:
        return Result(name, None, "ms", f"< {TARGET_MS:g}", "too few beats were heard")
    worst = np.max([np.abs(errors_ms[:length]) for errors_ms in found], axis=0)
    each = ", ".join(f"{off_ms:.2f}" for off_ms in worst)
    return Result(f"{name}: beats apart, worst", float(worst.max()), "ms", f"< {TARGET_MS:g}",
                  f"at {', '.join(f'{bpm:g}' for bpm in TEMPI)} BPM; worst on beats 1 to {length}: {each} ms; "
                  f"the peer's sound is heard {max(rises_ms):.2f} ms after it began; "
                  f"{dropped} runs had dropped blocks, and were repeated up to twice")


def beats(stage: Stage, both: Ears, peer: Peer, bpm: float, leads: bool) -> tuple[np.ndarray, int]:
    """How much later than the peer's each of Tao's beats is, in ms; how many blocks were dropped meanwhile."""
    stage.client.ask(SetTempo(OWN_BPM if leads else bpm))
    with running(*(peer.leads if leads else peer.follows)(stage.folder, bpm)):
        both.hear(1, peer.port)
        time.sleep(1.0)
        return performed(stage, both, bpm, leads)


def performed(stage: Stage, both: Ears, bpm: float, leads: bool) -> tuple[np.ndarray, int]:
    """Let the transport roll from its beginning for a few beats."""
    client = both.client
    client.transport_stop()
    both.until(lambda: client.transport_state == jack.STOPPED)
    client.transport_frame = 0
    time.sleep(0.5)
    both.begin()
    if leads:
        client.transport_start()
    else:
        stage.client.ask(Play())
    time.sleep((BEATS + 0.5) * 60.0 / bpm + 0.5)
    ours, theirs = both.heard(0), both.heard(1)
    client.transport_stop()
    if len(ours) == 0 or len(theirs) == 0:
        return np.zeros(0), len(both.gaps)
    nearest = theirs[np.abs(theirs[None, :] - ours[:, None]).argmin(axis=1)]
    return (ours - nearest)[:BEATS] * 1000.0 / RATE, len(both.gaps)


def rise_ms(errors_ms: np.ndarray) -> float:
    """How long the peer's drum takes to be heard: it is late by that on every beat."""
    late_ms = -float(np.median(errors_ms)) if len(errors_ms) else 0.0
    return late_ms if 0.0 < late_ms < RISE_MS else 0.0


@contextlib.contextmanager
def ears() -> Iterator[Ears]:
    """Two ears, closed at the end."""
    both = Ears()
    try:
        yield both
    finally:
        both.close()


@contextlib.contextmanager
def running(argv: list[str], environment: dict[str, str]) -> Iterator[None]:
    """A program, ended with the processes that it has started."""
    process = subprocess.Popen(argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):  # one that may say goodbye leaves its name to the next
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, number)
                process.wait(LEAVES_S)
