"""The sessions on disk: what each played, whether it ended or crashed, and which can be resumed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.machine import Machine
from engine.core.names import readable
from engine.live.journal import LOG, Applied, Faded
from engine.live.journal_reading import Performance, UnreadableJournal, read_log, was_faded
from engine.sessions.folders import has_ended, in_order

BEGAN = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session: when it began, its length, what it played last, how it ended. loaded: whether there is something to
    resume. problem: what of it cannot be read, or nothing."""

    folder: Path
    began: str
    length_s: float
    kit: str
    bpm: float
    state: str  # "plays", "ended", "crashed" or "unreadable"
    loaded: bool
    problem: str = ""

    def line(self) -> str:
        """One line of the list."""
        minutes, seconds = divmod(round(self.length_s), 60)
        played = f"{minutes:>3}:{seconds:02}  {self.state:<10}  {self.bpm:6.2f} BPM  {readable(self.kit)}"
        return f"{self.folder.name:<24} {self.began}  {played}"


def list_sessions(sessions: Path) -> Iterator[SessionInfo]:
    """Every session in which something was written, newest first."""
    for folder in reversed(in_order(sessions)):
        if not _has_begun(folder):
            continue
        try:
            yield _info(folder, read_log(folder))
        except UnreadableJournal as problem:
            yield SessionInfo(folder, _began(folder), 0.0, "nothing", 0.0, "unreadable", False, str(problem))


def broken_off(sessions: Path) -> SessionInfo | None:
    """The newest session, if it crashed with something loaded; else None. Raises UnreadableJournal.

    Later ones that crashed before anything was loaded do not count: Tao may crash while it brings a session back.
    """
    for folder in reversed(in_order(sessions)):
        if not has_ended(folder):
            return None
        if not _has_begun(folder):
            continue
        if was_faded(folder):
            return None
        info = _info(folder, read_log(folder))
        if info.loaded:
            return info
    return None


def find_session(sessions: Path, name: str | None) -> Path:
    """The folder of the session with this name or path; None: the newest that can be resumed. Raises TaoError."""
    if name is not None:
        folder = Path(name) if Path(name).is_dir() else sessions / name
        if not folder.is_dir():
            raise TaoError(f"There is no session {name!r}; `tao_live.py sessions` lists them.")
        return folder
    for info in list_sessions(sessions):
        if info.loaded and info.state != "plays":
            return info.folder
    raise TaoError(f"No session in {sessions} can be resumed; open a loop instead.")


def _info(folder: Path, performance: Performance) -> SessionInfo:
    machines = [sent for event in performance.events if isinstance(event, Applied)
                and isinstance(sent := performance.sent.get(event.sequence), Machine)]
    last = machines[-1] if machines else None
    ends = [event.at_frames for event in performance.events if not hasattr(event, "to_frames")]
    ended = any(isinstance(event, Faded) for event in performance.events)
    state = "ended" if ended else "crashed" if has_ended(folder) else "plays"
    return SessionInfo(folder, _began(folder), max(ends, default=0) / performance.session.sample_rate,
                last.kit.name if last else "nothing", last.steady_bpm if last else 0.0, state,
                last is not None and (last.loop is not None or bool(last.kit.one_shots)),
                " ".join(performance.problems))


def _began(folder: Path) -> str:
    """When a session began, as its name says."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.strptime(folder.name.rpartition("-")[0], BEGAN))
    except ValueError:
        return "?"


def _has_begun(folder: Path) -> bool:
    """Whether anything was written."""
    log = folder / LOG
    return log.is_file() and log.stat().st_size > 0
