"""Compiling the audio engine, as seen from outside: started, watched, shown. `python -m engine.server.compile` is how
the set-up does it; a start of the engine does the same if the set-up did not."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from engine.core.errors import TaoError
from engine.dsp.kernel_cache import Compiled, can_write, compiled, is_compiled, kernels_folder, recorded
from engine.server.compiler import holder
from engine.server.processes import child_environment, cpu_s

POLL_S, STALL_S = 0.1, 180.0
LOG = "compiler.log"
WHAT = "compiling the audio engine"

Progress = Callable[[int, int], None]  # called with the kernels done, and all


def unseen(done: int, total: int) -> None:
    """Show no progress."""


def compile_kernels(progress: Progress = unseen) -> None:
    """Compile the kernels that are not compiled yet, in a process of its own; return when all are.

    It may take as long as it makes progress. If another process is compiling already, this waits for it and shows its
    progress. Raises TaoError.
    """
    folder = kernels_folder()
    if is_compiled(folder):
        return
    _check_place(folder)
    total = compiled(folder).total
    log = folder.parent / LOG
    try:
        with log.open("ab") as errors:
            process = subprocess.Popen([sys.executable, "-m", "engine.server.compiler"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
                                       env=child_environment())
    except OSError as error:
        raise TaoError(f"The compiler could not be started ({error}).") from None
    try:
        _watch(process, folder, log, lambda state: progress(state.done, total))
    finally:
        process.kill()  # nothing, if it has ended
        said, _ = process.communicate()
    if process.returncode:
        raise TaoError(_failure(process.returncode, said.decode().strip(), log))
    progress(total, total)


def _check_place(folder: Path) -> None:
    """Make the folder around this one. Raises TaoError if code cannot be kept there."""
    reason = ""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
    if not reason and not can_write(folder):
        reason = "it is read-only"
    if reason:
        raise TaoError(f"Compiled code cannot be kept in {folder.parent} ({reason}). Set NUMBA_CACHE_DIR to a folder "
                       "you can write to.")


def _watch(process: "subprocess.Popen[bytes]", folder: Path, log: Path, show: Callable[[Compiled], None]) -> None:
    """Until the compiler has ended. Raises TaoError when it makes no progress."""
    before, pulse = None, Pulse()
    while True:
        state = recorded(folder)
        if state is not None and state != before and not state.files:
            before = state
            show(state)
        if pulse.stopped_s((state, cpu_s(holder(folder.parent)))) > STALL_S:
            raise TaoError(f"The compiler has made no progress for {STALL_S:g} s and was stopped; see {log}.")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
            return


@dataclass
class Pulse:
    """Notices when something stops changing."""

    last: object = None
    changed_s: float = field(default_factory=time.monotonic)

    def stopped_s(self, now: object) -> float:
        """For how long `now` has been what it is."""
        if now != self.last:
            self.last, self.changed_s = now, time.monotonic()
        return time.monotonic() - self.changed_s


def _failure(status: int, said: str, log: Path) -> str:
    """Why the compiler ended with this exit status, having said this."""
    if status < 0:
        return (f"The compiler was killed (signal {-status}). If memory ran out, close other programs and start again. "
                f"Its log is {log}.")
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    reason = said or (lines[-1] if lines else f"status {status}")
    return f"The audio engine could not be compiled: {reason} The compiler's log is {log}."


@contextlib.contextmanager
def shown(stream: IO[str] | None = None) -> Iterator[Progress]:
    """Show progress to a person: a bar on a terminal, otherwise a line for each tenth. Nothing without progress."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield _Lines(stream)
        return
    with contextlib.ExitStack() as until_done:
        bars: list[Progress] = []

        def show(done: int, total: int) -> None:
            bars[:] = bars or [until_done.enter_context(_bar(stream, total))]
            bars[0](done, total)

        yield show


@contextlib.contextmanager
def _bar(stream: IO[str], total: int) -> Iterator[Progress]:
    from rich import progress as rich  # a third of a second, which most starts need not wait
    from rich.console import Console

    columns = (rich.TextColumn("tao: {task.description}"), rich.BarColumn(), rich.MofNCompleteColumn(),
               rich.TextColumn("kernels"), rich.TimeElapsedColumn())
    with rich.Progress(*columns, console=Console(file=stream)) as bars:
        task = bars.add_task(WHAT, total=total)
        yield lambda done, total: bars.update(task, completed=done)


@dataclass
class _Lines:
    """Progress for a pipe or a log."""

    stream: IO[str]
    tenth: int = -1

    def __call__(self, done: int, total: int) -> None:
        if 10 * done // total > self.tenth:
            self.tenth = 10 * done // total
            print(f"tao: {WHAT}: {done} of {total} kernels", file=self.stream, flush=True)


def main() -> int:
    """Compile, show progress on stderr, and return the exit status."""
    try:
        with shown() as progress:
            compile_kernels(progress)
    except TaoError as problem:
        print(f"tao: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        return 130
    print(f"tao: the audio engine is compiled ({compiled(kernels_folder()).total} kernels)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
