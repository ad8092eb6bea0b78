"""Hours in minutes: random commands, swaps and takes, while workers, clients and the device are killed."""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.memory import resident_mb
from benchmarks.performing import Musician, kill_a_client, kill_worker
from benchmarks.result import Result
from benchmarks.stage import private_runtime
from engine.core.snapshot import RecordState
from engine.live.journal import Jumped
from engine.live.journal_reading import read_journal
from tests.jack_server import MortalJack, mortal_jack
from tests.rig import RunningEngine, running_engine

EDITS_A_S, ACCIDENT_EVERY_S, DEVICE_AWAY_S = 20.0, 7.0, 1.5
ASTRAY_S = 0.5


@dataclass
class Soak:
    """What happened. lost: a sentence for each thing that went wrong. away_s: how long each lost device was missing."""

    minutes: float
    counts: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    away_s: list[float] = field(default_factory=list)
    first_mb: float = 0.0
    last_mb: float = 0.0
    gaps: int = 0
    takes: int = 0


def run(minutes: float = 30.0) -> list[Result]:
    """Soak for so many minutes."""
    with tempfile.TemporaryDirectory() as name:
        done = soak(Path(name), minutes, seed=1)
    did = ", ".join(f"{count} {what}" for what, count in sorted(done.counts.items()))
    how = f"{minutes:g} min on a jackd that is killed and restarted; {did}; {'; '.join(done.lost) or 'nothing lost'}"
    return [Result("soak: things lost", float(len(done.lost)), "", "0", how),
            Result("soak: growth of memory", done.last_mb - done.first_mb, "MB", "",
                   f"{done.first_mb:.0f} MB at first"),
            Result("soak: longest wait for a device that came back", max(done.away_s, default=0.0) - DEVICE_AWAY_S, "s",
                   "", f"{len(done.away_s)} devices lost"),
            Result("soak: gaps in the output", float(done.gaps), "", "", how),
            Result("soak: takes kept", float(done.takes), "", "", how)]


def soak(folder: Path, minutes: float, seed: int) -> Soak:
    """Play for so long, then check what is left."""
    done = Soak(minutes)
    with private_runtime(folder), mortal_jack(folder / "jackd.log") as server, \
            running_engine(folder, "jack", capture_s=20.0) as engine:
        engine.load_kit("first")
        musician = Musician(engine.client, seed)
        musician.begin()
        _play(engine, server, musician, done)
        done.counts = musician.counts
        _look_back(engine, done)
    return done


def _play(engine: RunningEngine, server: MortalJack, musician: Musician, done: Soak) -> None:
    """Edit all the time, swap or record every second or so, and cause an accident every few seconds."""
    began_s = time.monotonic()
    end_s, accident_s, accidents = began_s + 60.0 * done.minutes, began_s + 2.0, 0
    beats = 0
    while time.monotonic() < end_s:
        musician.edit()
        beats += 1
        if beats % 15 == 0:
            musician.swap()
        if beats % 25 == 0:
            musician.record()
        if time.monotonic() > accident_s:
            accident_s = time.monotonic() + ACCIDENT_EVERY_S
            (_lose_device, _lose_worker, _lose_client)[accidents % 3](engine, server, musician, done)
            accidents += 1
            if not done.first_mb and accidents == 3:
                done.first_mb = resident_mb(engine.client.pid)
        time.sleep(1.0 / EDITS_A_S)
    done.first_mb = done.first_mb or resident_mb(engine.client.pid)


def _lose_device(engine: RunningEngine, server: MortalJack, musician: Musician, done: Soak) -> None:
    at_s, at_frames = time.monotonic(), engine.client.snapshot().meters.frames
    server.kill()
    if not engine.client.wait(lambda s: s.status.backend == "null", 5.0):
        done.lost.append("a lost device was not noticed")
    time.sleep(max(0.0, at_s + DEVICE_AWAY_S - time.monotonic()))
    server.start()
    if not engine.client.wait(lambda s: s.status.backend == "jack", 15.0):
        done.lost.append("a device that came back was not used")
    gone_s = time.monotonic() - at_s
    done.away_s.append(gone_s)
    passed_s = (engine.client.snapshot().meters.frames - at_frames) / 48000
    if abs(passed_s - gone_s) > ASTRAY_S:
        done.lost.append(f"{passed_s - gone_s:.2f} s of the song")
    musician.do("devices killed", lambda: None)


def _lose_worker(engine: RunningEngine, server: MortalJack, musician: Musician, done: Soak) -> None:
    if kill_worker(engine.client.pid):
        musician.do("workers killed", lambda: None)


def _lose_client(engine: RunningEngine, server: MortalJack, musician: Musician, done: Soak) -> None:
    kill_a_client(engine.socket)
    musician.do("clients killed", lambda: None)


def _look_back(engine: RunningEngine, done: Soak) -> None:
    """Check that the engine still plays and answers, and that its takes and journal can be read."""
    client = engine.client
    frames = client.snapshot().meters.frames
    if not client.connected or not client.wait(lambda s: s.meters.frames > frames, 5.0):
        done.lost.append("the engine")
        return
    client.wait(lambda s: s.status.record_state is RecordState.OFF and s.status.job is None, 30.0)
    engine.load_kit("after")
    done.last_mb = resident_mb(client.pid)
    engine.finish()
    for path in engine.takes.glob("*.wav"):
        audio, rate = soundfile.read(path, dtype="float32")
        done.takes += 1
        if rate != 48000 or not len(audio) or not np.isfinite(audio).all():
            done.lost.append(path.name)
    done.gaps = sum(isinstance(event, Jumped) for event in read_journal(engine.session).events)
    log = (engine.session / "engine.log").read_text(encoding="utf-8", errors="replace")
    if "Traceback" in log:
        done.lost.append("the log holds an exception: " + log[log.index("Traceback"):][-300:])
