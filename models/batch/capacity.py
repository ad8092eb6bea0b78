"""How many files this computer can decompose at once."""

import os
from pathlib import Path

PROCESS_MB = 900  # what one process takes at its peak, torch included; `benchmarks.decompose` measures it
_CGROUP = Path("/sys/fs/cgroup")


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return int(os.process_cpu_count() or 1)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_mb() -> int | None:
    """Memory that processes could still take, in MB; None where the system does not say."""
    found = [mb for mb in (_available_mb(), _left_in_cgroup_mb()) if mb is not None]
    return min(found, default=None)


def size_for(files: int, asked: int | None, cores: int, free_mb: int | None) -> int:
    """How many processes: as many as the user asked for; else one for each core, as far as memory goes."""
    if asked is not None:
        return min(asked, max(files, 1))
    fit = cores if free_mb is None else min(cores, free_mb // PROCESS_MB)
    return max(1, min(fit, files))


def _available_mb() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**21  # half of all there is
    except (OSError, ValueError):
        return None


def _left_in_cgroup_mb() -> int | None:
    """What the container's limit leaves, if it has one."""
    try:
        limit = int((_CGROUP / "memory.max").read_text(encoding="ascii"))
        return (limit - int((_CGROUP / "memory.current").read_text(encoding="ascii"))) // 2**20
    except (OSError, ValueError):
        return None
