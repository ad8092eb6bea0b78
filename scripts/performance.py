"""Play a performance of about two minutes and draw docs/pictures: Tao in tmux, on a JACK server of its own, with keys.

    python scripts/performance.py [FOLDER]

Record, decompose, edit, swap, mute, resample, undo, save, export. Nothing here but keys reaches Tao; that each thing
has really happened is read from the engine's status and from the disk, and the exit status is 1 where one has not. It
needs jackd and tmux.
"""

import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jack
import numpy as np

from engine.bridge.client import EngineClient
from engine.core.machine import Listen
from engine.core.snapshot import RecordState, Snapshot
from engine.server.running_engines import engines
from models.demo import BPM, demo_loop
from tests.jack_server import private_jack
from tui.screenshot import picture_of

SIZE = (100, 30)
PATIENCE_S = 300.0  # on a busy computer everything takes longer
BETWEEN_KEYS_S = 0.25


class NotHappened(Exception):
    """What was to follow a key did not."""


class Drummer:
    """A JACK client that plays a loop into Tao's inputs, over and over."""

    def __init__(self) -> None:
        self._client = jack.Client("drummer", no_start_server=True)
        self._loop, self._at = demo_loop(self._client.samplerate).audio, 0
        self._ports = [self._client.outports.register(f"out_{side}") for side in (1, 2)]
        self._client.set_process_callback(self._process)
        self._client.activate()

    def plug_in(self) -> None:
        """Connect to Tao."""
        for side, port in enumerate(self._ports, 1):
            self._client.connect(port, f"tao:in_{side}")

    def close(self) -> None:
        """Leave."""
        self._client.deactivate()
        self._client.close()

    def _process(self, frames: int) -> None:
        piece = self._loop.take(range(self._at, self._at + frames), axis=0, mode="wrap")
        self._at = (self._at + frames) % len(self._loop)
        for side, port in enumerate(self._ports):
            port.get_array()[:] = np.ascontiguousarray(piece[:, side])


@dataclass
class Stage:
    """Tao in tmux. `tmux`: the command line of this tmux server; folder: where pictures go."""

    tmux: tuple[str, ...]
    folder: Path
    engine: EngineClient | None = None

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names, as fast as fingers do."""
        for key in keys:
            subprocess.run([*self.tmux, "send-keys", "-t", "tao", key], check=True)
            time.sleep(BETWEEN_KEYS_S)

    def write(self, text: str) -> None:
        """Type over what is in the field that is open."""
        self.press("C-a", "C-k")
        subprocess.run([*self.tmux, "send-keys", "-t", "tao", "-l", "--", text], check=True)
        self.until(f"{text} is written", lambda: text in self.seen())
        self.press("Enter")

    def seen(self, ansi: bool = False) -> str:
        """What is on the screen."""
        argv = [*self.tmux, "capture-pane", "-p", *(["-e", "-N"] if ansi else []), "-t", "tao"]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    def until(self, what: str, true: Callable[[], bool]) -> None:
        """Wait for something. Raises NotHappened, with the screen, if it does not come."""
        end_s = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > end_s:
                raise NotHappened(f"{what}: this did not happen within {PATIENCE_S:g} s. The screen:\n{self.seen()}")
            time.sleep(0.05)
        print(f"  {what}", file=sys.stderr, flush=True)

    def see(self, what: str, text: str) -> None:
        """Wait for words on the screen."""
        self.until(what, lambda: text in self.seen())

    def know(self, what: str, true: Callable[[Snapshot], bool]) -> None:
        """Wait for something in the engine's status."""
        engine = self.engine
        assert engine is not None
        self.until(what, lambda: true(engine.snapshot()))

    def picture(self, name: str, title: str) -> None:
        """Keep the screen as docs/pictures/NAME.svg."""
        time.sleep(0.3)  # for the frame in which all of it is drawn
        file = self.folder / f"{name}.svg"
        file.write_text(picture_of(self.seen(ansi=True), SIZE, title), encoding="utf-8")
        print(f"  -> {file}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def stage(home: Path, folder: Path) -> Iterator[Stage]:
    """Tao, empty, in a terminal of its own; its settings and data are in `home`."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    os.environ["XDG_RUNTIME_DIR"], os.environ["COLORTERM"] = str(home), "truecolor"
    os.environ.pop("TMUX", None)
    tmux = ("tmux", "-S", str(home / "tmux"), "-f", "/dev/null")
    tao = f"{shlex.quote(sys.executable)} tao_live.py --audio jack --empty"
    subprocess.run([*tmux, "new-session", "-d", "-s", "tao", "-x", str(SIZE[0]), "-y", str(SIZE[1]), tao], check=True)
    try:
        subprocess.run([*tmux, "set-option", "-g", "status", "off"], check=True)
        yield Stage(tmux, folder)
    finally:
        for left in engines():  # the music outlives its screen
            EngineClient(left.socket).quit()
        subprocess.run([*tmux, "kill-server"], check=False, stderr=subprocess.DEVNULL)


def perform(stage: Stage, home: Path, drummer: Drummer) -> None:
    """The performance. Raises NotHappened."""
    stage.see("the guide greets a newcomer", "Esc")
    stage.until("the engine runs", lambda: bool(engines()))
    stage.engine = EngineClient(engines()[0].socket)
    stage.picture("guide", "The first start")
    stage.press("Escape")
    drummer.plug_in()
    record(stage)
    edit(stage)
    swap(stage)
    play_with_it(stage)
    save(stage, home)
    stage.press("q", "q")
    stage.until("Tao has ended", lambda: not engines())


def record(stage: Stage) -> None:
    """Two bars from the inputs, while Tao plays, decomposed in the background."""
    stage.press("J")
    stage.write(str(BPM))
    stage.know("the tempo is typed", lambda now: now.status.machine.timeline.bpm == BPM)
    stage.press("L", "2", "Space", "r")
    stage.know("a take is recorded", lambda now: now.status.record_state is RecordState.RECORDING)
    stage.picture("recording", "Two bars are recorded")
    stage.know("the raw loop plays on", lambda now: now.status.machine.loop is not None)
    stage.know("it is being decomposed", lambda now: now.status.job is not None)
    stage.picture("decomposing", "The loop plays on, and the grid fills itself")
    stage.know("the kit is solved", lambda now: now.status.job is None and now.status.heard is not None
               and now.status.heard.match is not None)
    stage.know("it plays", lambda now: bool(now.status.machine.kit.one_shots) and not now.status.pending)
    stage.press("F8", "Escape")  # what was said has been read
    while stage.engine is not None and stage.engine.snapshot().status.machine.listen is not Listen.KIT:
        stage.press("a")
        stage.know("what is heard changes on the bar line", lambda now: not now.status.pending)
    stage.picture("decomposed", "Kit, pattern and match")


def edit(stage: Stage) -> None:
    """Steps in, out, soft, likely, with strokes and a pitch of their own."""
    def hits(now: Snapshot) -> int:
        return sum(step is not None for track in now.status.machine.pattern.tracks for step in track.steps)

    assert stage.engine is not None
    before = hits(stage.engine.snapshot())
    stage.press("Right", "Enter")
    stage.know("a hit is put in or cleared", lambda now: hits(now) != before)
    stage.press("v", "4", "Right", "Right", "x", "3", "Right", "p", "Enter")
    stage.write("35")
    stage.press("Right", "c", "1", "2", "Right", "K", "p", "Enter")
    stage.write("-5")
    stage.know("steps have strokes, chance, passes and a pitch of their own", has_special_steps)
    stage.picture("editing", "Steps with strokes, chance, passes and a pitch of their own")


def has_special_steps(now: Snapshot) -> bool:
    """Whether what `edit` typed is there."""
    steps = [step for track in now.status.machine.pattern.tracks for step in track.steps if step is not None]
    return (any(step.ratchet == 3 for step in steps) and any(step.probability == 0.35 for step in steps)
            and any(step.condition == (1, 2) for step in steps)
            and any(step.overrides.pitch_semitones == -5.0 for step in steps))


def swap(stage: Stage) -> None:
    """Another sound for the second track."""
    assert stage.engine is not None
    machine = stage.engine.snapshot().status.machine
    track = machine.pattern.tracks[1].name
    before = machine.kit.one_shots[track].sample
    stage.press("Down", "F6")
    stage.know("sounds are found", lambda now: now.status.sounds is not None and bool(now.status.sounds.names))
    stage.press("Down", "Down", "Space", "Enter")
    stage.know("another sound is swapped in", lambda now: now.status.machine.kit.one_shots[track].sample != before)
    stage.picture("sounds", "Another sound for the snare")
    stage.press("Escape")


def play_with_it(stage: Stage) -> None:
    """A mute and two effects, resampled; then undone."""
    assert stage.engine is not None
    stage.press("m", "1")
    stage.know("a track is muted", lambda now: bool(now.status.machine.mutes))
    stage.press("f", "2", "5", "Escape")
    stage.know("two effects are on", lambda now: len(now.status.machine.effects.on) == 2)
    before = stage.engine.snapshot().status.machine.loop
    stage.press("L", "1", "z")
    stage.know("it is resampled", lambda now: now.status.record_state is RecordState.RECORDING)
    stage.picture("performing", "Muted, with effects, and resampled")
    stage.know("the resampled loop plays", lambda now: now.status.machine.loop != before)
    stage.know("it was decomposed, too", lambda now: now.status.job is None and not now.status.pending)
    for _ in range(12):
        stage.press("u")
        if stage.engine.wait(lambda now: now.status.machine.loop == before, 1.0):
            break
    stage.know("undo brings the first loop back", lambda now: now.status.machine.loop == before)


def save(stage: Stage, home: Path) -> None:
    """The kit under a name, and everything for other programs."""
    stage.press("C-s")
    stage.see("the kit's name is asked for", "Save the kit as")
    stage.write("my first kit")
    stage.until("the kit is on disk", lambda: bool(list(home.rglob("my first kit*/kit.json"))))
    stage.press("C-e")
    stage.see("the export is offered", "Export what plays")
    stage.picture("export", "For other programs")
    stage.press("Tab")
    stage.write(str(home / "exported"))
    stage.until("it is exported", lambda: bool(list((home / "exported").rglob("*.mid"))))
    stage.picture("saved", "Saved and exported, while it plays on")


def main() -> int:
    """Perform on a private JACK server."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as home, private_jack(Path(home) / "jackd.log"):
        drummer = Drummer()
        try:
            with stage(Path(home), folder) as here:
                perform(here, Path(home), drummer)
        except NotHappened as problem:
            print(problem, file=sys.stderr)
            return 1
        finally:
            drummer.close()
    print(f"performed in {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
