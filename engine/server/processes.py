"""Other processes: the environment that Tao's own need, and whether they are still working."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def child_environment() -> dict[str, str]:
    """The environment in which another Python finds Tao where this one did."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


def cpu_s(pid: int | None) -> float | None:
    """Processor time that a process has used, in seconds; None if it has ended."""
    if pid is None:
        return None
    stat = Path(f"/proc/{pid}/stat")
    try:
        if stat.parent.parent.joinpath("self").exists():
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        asked = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=True)
        parts = asked.stdout.strip().split(":")  # hours, minutes, seconds with a fraction
        return sum(float(part) * 60**place for place, part in enumerate(reversed(parts)))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None
