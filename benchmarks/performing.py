"""A random but repeatable musician: edits, swaps, takes, effects, and accidents on purpose."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from engine.bridge.client import EngineClient
from engine.core.commands import (
    Boundary,
    LatchEffect,
    Panic,
    Play,
    ReleaseEffects,
    SetGain,
    SetListen,
    SetMute,
    SetSolo,
    SetSwing,
    SetTempo,
    ShapeEffect,
    ShapeOneShot,
    ToggleStep,
    TriggerPad,
)
from engine.core.commands.sounds import Quality
from engine.core.effects import RANGES, Effect
from engine.core.errors import TaoError
from engine.core.machine import Listen
from engine.core.recording import RecordingSetup
from engine.core.requests import (
    CaptureLast,
    EndTake,
    Hold,
    Overdub,
    Resample,
    SetRecording,
    StartRecording,
    TakeRequest,
)

CLIENT = ("import sys; from engine.bridge.client import EngineClient; c = EngineClient(sys.argv[1]); "
        "print('here', flush=True); c.wait(lambda _: False, 3600)")


@dataclass
class Musician:
    """Plays through `client`, with dice seeded by `seed`. Counts what was done; a refusal is counted too."""

    client: EngineClient
    seed: int
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def do(self, name: str, ask: Callable[[], None]) -> None:
        """Ask, and count it under `name`, or as `refused`."""
        try:
            ask()
        except TaoError:
            name = "refused"
        self.counts[name] = self.counts.get(name, 0) + 1

    def edit(self) -> None:
        """Change one thing in what plays."""
        dice, send = self._dice, self.client.send
        tracks = [track.name for track in self.client.snapshot().status.machine.pattern.tracks]
        track = dice.choice(tracks)
        things = {
            "steps": lambda: send(ToggleStep(track, dice.randrange(4), dice.uniform(0.2, 1.0))),
            "pads": lambda: send(TriggerPad(track, dice.uniform(0.3, 1.0))),
            "mutes": lambda: send(SetMute(track, dice.random() < 0.3), Boundary.BEAT),
            "solos": lambda: send(SetSolo(track, dice.random() < 0.1), Boundary.BEAT),
            "swings": lambda: send(SetSwing(dice.uniform(0.5, 0.7))),
            "effects": self._effect,
            "sounds": lambda: self._shape(track),
            "listens": lambda: send(SetListen(dice.choice(list(Listen))), Boundary.BAR),
            "tempos": lambda: send(SetTempo(dice.uniform(100, 180))),
            "undos": self.client.undo,
            "panics": lambda: send(Panic()),
        }
        weights = [40, 20, 8, 4, 4, 6, 6, 3, 2, 3, 1]
        name = dice.choices(list(things), weights)[0]
        self.do(name, things[name])

    def _effect(self) -> None:
        """Latch an effect, shape it, release all, or move the master fader; now or at the next step."""
        dice = self._dice
        effect = dice.choice(list(Effect))
        allowed = RANGES[effect]
        shaped = ShapeEffect(effect, dice.uniform(allowed.low, allowed.high),
                             dice.choice(allowed.ticks) if allowed.ticks else None)
        things = (LatchEffect(effect, dice.random() < 0.5), shaped, ReleaseEffects(), SetGain(dice.uniform(-9, 0)))
        self.client.send(dice.choices(things, [5, 4, 1, 1])[0], dice.choice([Boundary.NOW, Boundary.STEP]))

    def _shape(self, track: str) -> None:
        """Change one quality of the track's one-shot."""
        values = {Quality.GAIN: (0.2, 1.5), Quality.PAN: (-1.0, 1.0), Quality.PITCH: (-12.0, 12.0),
                  Quality.DECAY: (0.02, 0.5), Quality.CUTOFF: (200.0, 20000.0)}
        quality = self._dice.choice(list(values))
        self.client.send(ShapeOneShot(track, quality, self._dice.uniform(*values[quality])))

    def swap(self) -> None:
        """Load another kit."""
        self.do("swaps", lambda: self.client.load_folder(self._dice.choice(("first", "second", "third"))))

    def record(self) -> None:
        """Start a take of some kind, or end the one that is running."""
        dice, ask = self._dice, self.client.ask
        kinds: dict[str, TakeRequest] = {"takes": StartRecording(4), "caught": CaptureLast(4), "layers": Overdub(),
                 "resampled": Resample(dice.choice(("master", "kit")), 4), "held": Hold(4), "ended": EndTake()}
        name = dice.choice(list(kinds))
        self.do(name, lambda: ask(kinds[name]))

    def begin(self) -> None:
        """Start playing, and turn the count-in off."""
        self.client.ask(SetRecording(RecordingSetup(count_in_bars=0)))
        self.client.ask(Play())


def worker_of(engine_pid: int) -> int | None:
    """The process id of the engine's worker, from /proc."""
    children = Path(f"/proc/{engine_pid}/task/{engine_pid}/children").read_text(encoding="ascii").split()
    for child in map(int, children):
        if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes():
            return child
    return None


def kill_worker(engine_pid: int) -> bool:
    """Kill the worker with SIGKILL; whether there was one."""
    pid = worker_of(engine_pid)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
    return pid is not None


def kill_a_client(socket: Path) -> None:
    """A client comes, and is killed."""
    client = subprocess.Popen([sys.executable, "-c", CLIENT, str(socket)], stdout=subprocess.PIPE)
    try:
        assert client.stdout is not None
        client.stdout.readline()
    finally:
        client.kill()
        client.wait()
        assert client.stdout is not None
        client.stdout.close()
