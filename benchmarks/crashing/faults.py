"""Kills and full disks."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from engine.core.errors import TaoError

REFUSED, BROKEN = 1, 99  # exit status of a child: one sentence, or an exception


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A disk of that size in `folder`, as far as this user may mount one; whether it is one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = os.getuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


@contextlib.contextmanager
def filled(folder: Path, left_bytes: int = 0) -> Iterator[None]:
    """The disk of `folder` with no more than that left, until the block ends."""
    found = os.statvfs(folder)
    filler = folder / ".filler"
    try:
        with contextlib.suppress(OSError), filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, found.f_bavail * found.f_frsize - left_bytes))
        yield
    finally:
        filler.unlink(missing_ok=True)


def in_child(work: Callable[[], object], log: Path) -> int:
    """Start `work` in a process of its own; its id. It ends with 0, with REFUSED after a sentence, or with BROKEN."""
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for number in (1, 2):
            os.dup2(handle, number)
        code = _status_of(work)
        sys.stdout.flush()
    finally:
        os._exit(code)


def _status_of(work: Callable[[], object]) -> int:
    try:
        work()
        return 0
    except (TaoError, click.ClickException) as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else REFUSED
    except OSError as problem:  # the command line says what a full disk is in a sentence of its own
        print(problem, file=sys.stderr)
        return REFUSED if problem.errno in (errno.ENOSPC, errno.EDQUOT) else BROKEN
    except BaseException:  # noqa: BLE001  the outermost loop of a process: report, and stop
        traceback.print_exc()
        return BROKEN


def ended(pid: int) -> int | None:
    """The exit status of a child, below 0 for a signal; None while it lives."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def kill(pid: int) -> None:
    """Kill a process with SIGKILL, if it is there still."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children_of(pid: int, word: bytes) -> list[int]:
    """The children of a process whose command line has this word."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text(encoding="ascii").split()):
                with contextlib.suppress(OSError):
                    if word in Path(f"/proc/{child}/cmdline").read_bytes():
                        found.append(child)
    return found
