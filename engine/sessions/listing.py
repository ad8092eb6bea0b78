"""The sessions on the disk: what each was, whether it was ended or broke off, and which could be taken up again."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.machine import Machine
from engine.live.journal import Applied, Faded, Performance, UnreadableJournal, read_log, was_faded
from engine.sessions.folders import has_ended

BEGAN = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Kept:
    """A session: began and length_s in seconds, what it played last, how it ended. loaded: there is something to take
    up again."""

    folder: Path
    began: str
    length_s: float
    kit: str
    bpm: float
    state: str  # "plays", "ended" or "broke off"
    loaded: bool

    def line(self) -> str:
        """As a person reads it."""
        minutes, seconds = divmod(round(self.length_s), 60)
        played = f"{minutes:>3}:{seconds:02}  {self.state:<9}  {self.bpm:6.2f} BPM  {self.kit}"
        return f"{self.folder.name:<24} {self.began}  {played}"


def kept_sessions(sessions: Path) -> Iterator[Kept]:
    """Those that can be read, newest first."""
    for folder in sorted(sessions.glob("*-*-*"), reverse=True):
        with contextlib.suppress(UnreadableJournal, ValueError):  # it broke off before it could be anything
            yield _kept(folder, read_log(folder))


def broken_off(sessions: Path) -> Kept | None:
    """The newest session, if nobody ended it and something was loaded in it."""
    newest = max(sessions.glob("*-*-*"), default=None)
    if newest is None or not has_ended(newest):
        return None
    with contextlib.suppress(UnreadableJournal, ValueError):
        if not was_faded(newest):
            kept = _kept(newest, read_log(newest))
            return kept if kept.loaded else None
    return None


def session_called(sessions: Path, name: str | None) -> Path:
    """The session of that name, or folder; without a name the newest that can be taken up. Raises TaoError."""
    if name is not None:
        folder = Path(name) if Path(name).is_dir() else sessions / name
        if not folder.is_dir():
            raise TaoError(f"There is no session {name!r}; `tao_live.py sessions` lists them.")
        return folder
    for kept in kept_sessions(sessions):
        if kept.loaded and kept.state != "plays":
            return kept.folder
    raise TaoError(f"There is no session in {sessions} that could be taken up again; open a loop instead.")


def _kept(folder: Path, performance: Performance) -> Kept:
    machines = [sent for event in performance.events if isinstance(event, Applied)
                and isinstance(sent := performance.sent.get(event.sequence), Machine)]
    last = machines[-1] if machines else None
    ends = [event.at_frames for event in performance.events if not hasattr(event, "to_frames")]
    began = time.strftime("%Y-%m-%d %H:%M", time.strptime(folder.name.rpartition("-")[0], BEGAN))
    ended = any(isinstance(event, Faded) for event in performance.events)
    state = "ended" if ended else "broke off" if has_ended(folder) else "plays"
    return Kept(folder, began, max(ends, default=0) / performance.session.sample_rate,
                last.kit.name if last else "nothing", last.steady_bpm if last else 0.0, state,
                last is not None and (last.loop is not None or bool(last.kit.one_shots)))
