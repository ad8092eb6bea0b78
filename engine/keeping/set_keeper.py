"""Sets, as the engine saves and opens them: the kit writer does the work, when the kit's edits are on the disk."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.midi import MidiSetup
from engine.core.names import check_path, readable
from engine.core.snapshot import KeptKit
from engine.keeping.keeper import Keeper
from engine.keeping.writer import Answer, Question, ReadSet, SetRead, SetWritten, WriteSet
from engine.keeping.writing import Writing
from engine.live.notices import Notices
from engine.sessions.sets import MIDI, set_of
from engine.worker.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a set is made of besides the kits. journal: writes out what the session's journal still holds; midi: the
    MIDI setup now; use_midi: takes over another one, and the file that keeps it from now on."""

    session: Path
    takes: Path
    sets: Path
    journal: Callable[[], object]
    midi: Callable[[], MidiSetup]
    use_midi: Callable[[MidiSetup, Path], object]


class SetKeeper:
    """The control thread calls it; nothing here waits. opened: the session folder that was resumed, if any."""

    def __init__(self, keeper: Keeper, jobs: Jobs, writing: Writing, around: Surroundings, opened: Path | None,
                 notices: Notices) -> None:
        self._keeper, self._jobs, self._writing, self._around = keeper, jobs, writing, around
        self._notices = notices
        self._helper = ThreadPoolExecutor(1, "sets")
        self._now: Future[Answer] | None = None
        self._wanted: str | None = None
        self._last, self._count = "", 0
        self._asked: list[Question] = []
        self._own = None if opened is None else set_of(opened)

    @property
    def status(self) -> KeptKit:
        """What clients see of the kit and the sets on disk."""
        return replace(self._keeper.status, set_folder=self._last, sets=self._count)

    def save(self, name: str) -> None:
        """Save the session as a set of this name, as soon as the kit's edits are on the disk."""
        self._wanted = name.strip() or "set"

    def open(self, path: str) -> None:
        """Load the kit that a set ended with, and use its MIDI setup. Raises InvalidValue for what is no path."""
        check_path(path)
        self._asked.append(ReadSet(path))

    def step(self) -> None:
        """Use what is done, and go on with what waits."""
        if self._now is not None and self._now.done():
            done, self._now = self._now, None
            try:
                self._take(done.result())
            except TaoError as error:
                self._notices.warn(str(error))
        if self._wanted is not None and self._keeper.save_edits():
            around = self._around
            around.journal()
            self._asked.append(WriteSet(self._wanted, str(around.sets), str(around.session), str(around.takes),
                                        around.midi(), str(self._own or "")))
            self._wanted = None
        if self._asked and self._now is None:
            self._now = self._helper.submit(self._writing.ask, self._asked.pop(0))

    def close(self) -> None:
        """End the thread, once it has finished."""
        self._helper.shutdown(cancel_futures=True)

    def _take(self, answer: Answer) -> None:
        match answer:
            case SetWritten(folder):
                self._own = Path(folder)
                self._last, self._count = folder, self._count + 1
                self._notices.say(f"The set {readable(Path(folder).name)} is saved in {folder}.")
            case SetRead(folder, kit, midi):
                self._own = Path(folder)
                if midi is not None:
                    self._around.use_midi(midi, Path(folder) / MIDI)
                self._jobs.load_folder(kit)
