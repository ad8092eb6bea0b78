"""What the engine needs when it only plays: resident memory and processor time."""

import os
import time
from pathlib import Path

from benchmarks.result import Result
from benchmarks.stage import demo_file, jack_stage
from engine.core.commands import Play

SECONDS, BLOCK_FRAMES = 20.0, 128


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB (2**20 bytes), from /proc. The JACK server's own segment is left out: libjack
    maps all of it into every client, 102 MB with the default number of ports."""
    total_kb, counts = 0, True
    for line in Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("Rss:"):
            total_kb += counts * int(line.split()[1])
        elif "-" in line.split(" ", 1)[0]:
            counts = "/dev/shm/jack" not in line
    return total_kb / 1024


def cpu_s(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run() -> list[Result]:
    """First stopped, right after the start; then with the demo loop playing as a kit."""
    with jack_stage(BLOCK_FRAMES) as stage:
        pid = stage.client.pid
        idle_mb, idle = resident_mb(pid), _share(pid)
        stage.client.open_audio(demo_file(stage.folder))
        stage.client.wait(lambda s: s.status.machine.loop is not None and s.status.job is None, 120.0)
        stage.client.ask(Play())
        playing, playing_mb = _share(pid), resident_mb(pid)
    how = (f"the engine process on jackd's dummy driver at {BLOCK_FRAMES} frames, {SECONDS:g} s, worker idle; "
           "JACK's shared segment is left out")
    return [Result("memory of the engine, idle", idle_mb, "MB", "<= 250", how),
            Result("memory of the engine, demo loop playing", playing_mb, "MB", "<= 250", how),
            Result("CPU of the engine, idle", idle, "% of a core", "<= 5", how),
            Result("CPU of the engine, demo loop playing", playing, "% of a core", "", how)]


def _share(pid: int) -> float:
    before, began_s = cpu_s(pid), time.monotonic()
    time.sleep(SECONDS)
    return 100.0 * (cpu_s(pid) - before) / (time.monotonic() - began_s)
