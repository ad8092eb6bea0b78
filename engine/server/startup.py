"""What the engine does before the device opens: folders, log, locked memory, priority, a quiet interpreter."""

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
SWITCH_INTERVAL_S = 0.00001  # the longest that the rack waits for the control thread to release Python's lock
CONTROL_PRIORITY = 20  # JACK clients run at about 60


def shared_folder() -> Path:
    """Create this engine's own folder in shared memory, and remove those of engines that have ended."""
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
    """Send everything that this process and its libraries print to a file. ALSA, JACK and pyo print a lot."""
    sys.stdout.flush()
    sys.stderr.flush()
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def lock_memory() -> str | None:
    """Keep every page that is used from now on in memory; return a sentence if that is not allowed.

    The audio thread's pages have been touched by then. The compiler has done its work, so its pages are released first.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "mlockall"):
        return "This system cannot lock memory, so you may hear dropouts when memory runs short."
    _forget_code_of(COMPILER, library)
    if library.mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT):
        return (f"Memory is not locked ({os.strerror(ctypes.get_errno())}), so you may hear dropouts when memory runs "
                "short. Raise the memlock limit for your user; `tao_live.py doctor` says how.")
    return None


def _forget_code_of(name: str, library: ctypes.CDLL) -> None:
    """Release the pages that hold a library's program code. They are read from its file again if needed."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, access, *_ = line.split()
        if name in line and access == "r-xp":
            first, last = (int(part, 16) for part in addresses.split("-"))
            library.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), MADV_DONTNEED)


def quieten_interpreter() -> None:
    """Stop garbage collection, and make Python's lock change hands quickly: pyo needs it in every block."""
    gc.collect()
    gc.freeze()
    gc.disable()
    sys.setswitchinterval(SWITCH_INTERVAL_S)


def raise_priority() -> str | None:
    """Run this thread before ordinary programs, but after the audio thread; return a sentence if that is not allowed.

    The rack runs under Python's lock. If a busy program displaced this thread while it held the lock, the audio thread
    would have to wait for that program (priority inversion). Threads and processes started later do not inherit it.
    """
    if not hasattr(os, "sched_setscheduler"):
        return None  # macOS: audio threads there have a class of their own
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(CONTROL_PRIORITY))
    except PermissionError as error:
        return (f"The engine runs at ordinary priority ({error.strerror}), so you may hear dropouts when the computer "
                "is busy. Allow your user real-time priority (rtprio); `tao_live.py doctor` says how.")
    return None
