"""What must be done before the device opens: folders, logs, warm code, locked memory, a quiet interpreter."""

import ctypes
import gc
import os
import shutil
import sys
from pathlib import Path

from engine.bridge.places import is_running
from engine.bridge.segments import memory_folder

MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4
MADV_DONTNEED = 4
COMPILER = "libllvmlite"
SWITCH_INTERVAL_S = 0.00001  # the rack waits no longer than this for the control thread to give up Python's lock
CONTROL_PRIORITY = 20  # JACK's clients run at about 60


def shared_folder() -> Path:
    """This engine's own folder for shared memory; those of engines that are gone are removed."""
    base = memory_folder()
    for folder in base.iterdir():
        if folder.name.isdigit() and not is_running(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    own = base / str(os.getpid())
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(mode=0o700)
    return own


def remove(folder: Path) -> None:
    """Remove this engine's folder in shared memory."""
    shutil.rmtree(folder, ignore_errors=True)


def log_to(path: Path) -> None:
    """Everything that this process and its libraries print goes to a file: ALSA, JACK and pyo are talkative."""
    sys.stdout.flush()
    sys.stderr.flush()
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def lock_memory() -> str | None:
    """Keep every page that is or will be used in memory; a sentence when that is not allowed.

    What the audio thread reads has been touched by then. The compiler, which has done its work, is let go of first.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "mlockall"):
        return "This system cannot lock memory; a sound may be late when memory runs short."
    _forget_code_of(COMPILER, library)
    if library.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT):
        return (f"Memory is not locked ({os.strerror(ctypes.get_errno())}); a sound may be late when memory runs "
                "short. Raise the memlock limit for your user.")
    return None


def _forget_code_of(name: str, library: ctypes.CDLL) -> None:
    """Drop the pages that hold the program text of a library: they are read from its file again if ever needed."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, access, *_ = line.split()
        if name in line and access == "r-xp":
            first, last = (int(part, 16) for part in addresses.split("-"))
            library.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), MADV_DONTNEED)


def quieten_interpreter() -> None:
    """No garbage collection from here on, and the lock on Python changes hands quickly: pyo needs it each block."""
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(SWITCH_INTERVAL_S)


def raise_priority() -> str | None:
    """Let this thread run before ordinary programs, below the audio thread; a sentence when that is not allowed.

    The rack runs under Python's lock: were this thread, holding it, put aside for a busy program, the audio
    thread would wait for that program (priority inversion). Threads and processes started later do not inherit it.
    """
    if not hasattr(os, "sched_setscheduler"):
        return None  # macOS: audio threads there have a class of their own
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(CONTROL_PRIORITY))
    except PermissionError as error:
        return (f"The engine runs at ordinary priority ({error.strerror}); a busy computer may be heard. Allow "
                "real-time priorities for your user (rtprio in limits.conf).")
    return None
