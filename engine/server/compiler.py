"""python -m engine.server.compiler: compile the engine's kernels and keep them; `engine.server.compile` starts this.

It is a process of its own because the compiler takes hundreds of megabytes, which a process that then plays for hours
would never give back. It holds a lock, so there is never a second one: another waits, and then finds the work done. It
ends with its starter, whose end closes the pipe to its standard input.
"""

import contextlib
import errno
import fcntl
import importlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.dsp.kernel_cache import (
    ENGINE,
    Compiled,
    Kernel,
    code_files,
    declared,
    fingerprint,
    forget_old_kernels,
    is_compiled,
    kernels_folder,
    record,
    recorded,
)

LOCK = "compiler.lock"


def main() -> int:
    """Wait for the lock, compile what is not compiled yet, and return the exit status.

    Stderr is a log that may lie on the disk that is full; the sentence for a person goes to stdout, a pipe."""
    threading.Thread(target=_end_with_starter, daemon=True).start()
    folder = kernels_folder()
    try:
        with locked(folder.parent):
            if is_compiled(folder):
                return 0
            os.ftruncate(2, 0)  # the log is about this run
            return 0 if compile_all(folder) else 1
    except OSError as error:
        hint = " Make room there." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        print(f"{folder} cannot be written ({error.strerror}).{hint}")
        return 1


def compile_all(folder: Path) -> bool:
    """Compile every kernel that is declared, recording progress in `folder`; whether that counts. Raises OSError."""
    kernels, sources = declared(ENGINE), fingerprint(ENGINE)
    before = recorded(folder)
    done = [before.done if before and not before.files else -1]  # a run that was broken off got that far

    def note() -> None:
        count = sum(map(_is_ready, kernels))
        if count > done[0]:
            done[0] = count
            record(folder, Compiled(count, len(kernels)))

    note()
    with _after_each_kernel(note):
        for module in dict.fromkeys(kernel.module for kernel in kernels):
            importlib.import_module(module)
            note()
    if fingerprint(ENGINE) != sources:
        shutil.rmtree(folder, ignore_errors=True)  # it holds code of both
        print("The sources changed while they were being compiled. Start again.")
        return False
    record(folder, Compiled(len(kernels), len(kernels), code_files(folder)))
    forget_old_kernels(folder)
    return True


@contextlib.contextmanager
def locked(base: Path) -> Iterator[None]:
    """Hold the compiler's lock; the file says who does. The system frees it when this process ends, however it ends."""
    base.mkdir(parents=True, exist_ok=True)
    with (base / LOCK).open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(base: Path) -> int | None:
    """The process that compiles now, or did last."""
    try:
        return int((base / LOCK).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _is_ready(kernel: Kernel) -> bool:
    """Whether a kernel is compiled in this process, or read from the cache: numba keeps code of a signature in
    `overloads`, and a callback for C has it from its declaration on."""
    made = getattr(sys.modules.get(kernel.module), kernel.name, None)
    return made is not None and bool(getattr(made, "overloads", True))


@contextlib.contextmanager
def _after_each_kernel(note: Callable[[], None]) -> Iterator[None]:
    """Call `note` whenever numba has compiled a function."""
    from numba.core import event

    class Noting(event.Listener):
        def on_start(self, event: Any) -> None:
            """Nothing is compiled yet."""

        def on_end(self, event: Any) -> None:
            note()

    listener = Noting()
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)


def _end_with_starter() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
