"""Opening any file or folder: read in a process of its own, then decomposed, or loaded while the music plays."""

import io
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from engine.bridge.children import environment, kill_group
from engine.bridge.codec import Codec
from engine.bridge.wire import read_frame
from engine.core.commands import Boundary, LoadKit, LoadPattern, LoadPatterns
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import Kit, SampleId
from engine.core.loop import Audio
from engine.core.machine import PATTERN_SLOTS, Machine
from engine.core.names import check_path, path_of, readable
from engine.core.pattern import Pattern
from engine.core.requests import OpenFile
from engine.library.importers.roles import on_tracks, with_tracks_for
from engine.live.conductor import Conductor
from engine.live.file_messages import FOUND, Found, IsAudio, IsKitFolder, KitRead, NotOpened, PatternsRead
from engine.live.notices import Notices

READER = (sys.executable, "-m", "engine.live.file_reader")
PATIENCE_S = 30.0
MOST_WAITING = 4


class Opening:
    """One thread waits for the process that reads; the control thread calls the rest. decompose, load: what becomes of
    audio, and of a kit folder, by path."""

    def __init__(self, conductor: Conductor, notices: Notices, decompose: Callable[[str], None],
                 load: Callable[[str], None], argv: tuple[str, ...] = READER, patience_s: float = PATIENCE_S) -> None:
        self._conductor, self._notices = conductor, notices
        self._decompose, self._load = decompose, load
        self._argv, self._patience_s = argv, patience_s
        self._helper = ThreadPoolExecutor(1, "opening")
        self._tasks: list[tuple[Future[tuple[Found, dict[SampleId, Audio]]], str]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._closed = False

    def open(self, request: OpenFile) -> None:
        """Find out what it is, and open it. Raises InvalidValue for what no file is called, and while many wait."""
        check_path(request.path)
        if len(self._tasks) >= MOST_WAITING:
            raise InvalidValue(f"{MOST_WAITING} files are being opened already. Try again when they are open.")
        read = partial(self._read, path_of(request.path))
        self._tasks.append((self._helper.submit(read), request.path))

    def step(self) -> None:
        """Use what has been read."""
        done = [task for task in self._tasks if task[0].done()]
        self._tasks = [task for task in self._tasks if not task[0].done()]
        for future, path in done:
            try:
                self._use(path, *future.result())
            except TaoError as error:
                self._notices.warn(str(error))

    @property
    def waiting(self) -> bool:
        """Whether something is being read."""
        return bool(self._tasks)

    def close(self) -> None:
        """Stop the process and the thread."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                kill_group(self._process)
        self._helper.shutdown(cancel_futures=True)

    def _read(self, path: Path) -> tuple[Found, dict[SampleId, Audio]]:
        """What it is, and the sounds of a kit. Raises TaoError."""
        name = readable(path.name, 80)
        with self._starting:
            if self._closed:
                raise TaoError("The engine is ending.")
            try:
                process = self._process = subprocess.Popen(
                    (*self._argv, str(path), str(self._conductor.sample_rate)), stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, start_new_session=True, env=environment())
            except OSError as error:
                raise TaoError(f"{name} was not opened: no process could be started ({error.strerror}).") from None
        try:
            data, _ = process.communicate(timeout=self._patience_s)
            return _answer(data)
        except subprocess.TimeoutExpired:
            raise TaoError(f"Reading {name} took longer than {self._patience_s:g} s, so it was not opened.") from None
        except ValueError:
            raise TaoError(f"{name} could not be read: the process that reads it ended. Choose another.") from None
        finally:
            with self._starting:
                self._process = None
                kill_group(process)
            process.communicate()

    def _use(self, path: str, found: Found, samples: dict[SampleId, Audio]) -> None:
        match found:
            case IsAudio():
                self._decompose(path)
            case IsKitFolder():
                self._load(path)
            case PatternsRead():
                self._load_patterns(found)
            case KitRead():
                self._load_kit(found, samples)

    def _load_patterns(self, found: PatternsRead) -> None:
        """Put the patterns into free slots, the first of them into this one if it is empty, and play that from the next
        bar line on. Nothing is overwritten."""
        machine = self._conductor.schedule.latest
        slots = _free_slots(machine)
        if not slots:
            raise InvalidValue(f"{found.name} was not opened: all {PATTERN_SLOTS} pattern slots are in use.")
        fitted = [on_tracks(pattern, machine.pattern, machine.kit) for _, pattern in found.patterns[: len(slots)]]
        places = tuple(zip(slots, (one.pattern for one in fitted), strict=False))
        self._conductor.perform(LoadPatterns(places), Boundary.BAR)
        numbers = ", ".join(str(slot + 1) for slot, _ in places)
        tempo = "" if found.tempo_bpm is None else f" It was made for {found.tempo_bpm:.4g} BPM."
        self._notices.say(f"{found.name} is in pattern {'slot' if len(places) == 1 else 'slots'} {numbers}.{tempo}")
        self._remark(found.remarks, tuple(name for one in fitted for name in one.silent),
                     tuple(name for one in fitted for name in one.left_out))
        if len(found.patterns) > len(places):
            missing = ", ".join(name for name, _ in found.patterns[len(places):])
            self._notices.warn(f"There were too few free pattern slots; not opened: {missing}.")

    def _load_kit(self, found: KitRead, samples: dict[SampleId, Audio]) -> None:
        """Give every track that the kit has a sound for that sound, on the next bar line; add tracks for the others."""
        for audio in samples.values():
            self._conductor.keep(audio)
        machine = self._conductor.schedule.latest
        kit = Kit(found.kit.name, {**machine.kit.one_shots, **found.kit.one_shots})
        pattern = with_tracks_for(found.kit, machine.pattern)
        self._conductor.perform(LoadKit(kit), Boundary.BAR)
        if pattern != machine.pattern:
            self._conductor.follow_up(LoadPattern(pattern), Boundary.BAR)
        self._notices.say(f"The kit {found.kit.name} plays from the next bar line on.")
        names = {track.name for track in pattern.tracks}
        self._remark(found.remarks, (), tuple(name for name in found.kit.one_shots if name not in names))

    def _remark(self, remarks: tuple[str, ...], silent: tuple[str, ...], left_out: tuple[str, ...]) -> None:
        """Say what did not fit."""
        said = list(remarks)
        if silent:
            said.append(f"The kit has no sound for: {', '.join(dict.fromkeys(silent))}. Swap one in with F6.")
        if left_out:
            said.append(f"There was no track left for: {', '.join(dict.fromkeys(left_out))}.")
        if said:
            self._notices.say(" ".join(said))


def _answer(data: bytes) -> tuple[Found, dict[SampleId, Audio]]:
    """What the process said. Raises TaoError with its sentence, and ValueError when it makes no sense."""
    stream = io.BytesIO(data)
    try:
        message = read_frame(stream)
        found = None if message is None else Codec(FOUND).decode(message).message
    except TaoError as error:
        raise ValueError from error
    if isinstance(found, NotOpened):
        raise TaoError(found.sentence)
    if found is None:
        raise ValueError
    samples: dict[SampleId, Audio] = {}
    audio, start = np.frombuffer(stream.read(), np.float32).reshape(-1, 2), 0
    for name, frames in found.samples if isinstance(found, KitRead) else ():
        samples[name] = audio[start : start + frames]
        start += frames
    return found, samples


def _free_slots(machine: Machine) -> list[int]:
    """Slots without a hit: the one that plays first, then those after it, then those before."""
    order = [*range(machine.slot, PATTERN_SLOTS), *range(machine.slot)]
    return [slot for slot in order if _is_empty(machine.patterns[slot])]


def _is_empty(pattern: Pattern | None) -> bool:
    return pattern is None or pattern == pattern.silent
