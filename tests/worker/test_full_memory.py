"""Shared memory that is nearly full costs a sentence for each job; everything works again once there is room."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, subprocess, sys
from pathlib import Path
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/dev/shm"], check=True)
from engine.core.commands import Play
from engine.core.requests import CaptureLast
from tests.rig import running_engine
full = lambda s: any("no room in shared memory" in notice.text for notice in s.status.notices)
with running_engine(Path(sys.argv[1]), "null") as engine:
    client = engine.client
    client.ask(Play())
    engine.load_kit("kitA")
    client.ask(CaptureLast(16))
    assert client.wait(full, 20.0), client.snapshot().status.notices
    assert client.wait(lambda s: s.status.machine.loop is not None, 20.0), "the take plays"
    assert list(engine.takes.glob("*.wav")), "and is on disk"
    shared = Path("/dev/shm", f"tao-{os.getuid()}", str(client.pid))
    assert not list(shared.glob("audio-*")), list(shared.iterdir())
    subprocess.run(["mount", "-o", "remount,size=64m", "/dev/shm"], check=True)
    client.decompose()
    assert client.wait(lambda s: s.status.machine.kit.name.startswith("take"), 20.0), client.snapshot().status.notices
    engine.load_kit("kitB")
    engine.finish()
print("recovered")
"""


def may_mount() -> bool:
    """Whether this user may have a shared memory of its own."""
    mount = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/dev/shm"]
    return os.getuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.mark.server
def test_full_shared_memory_is_survived(tmp_path: Path) -> None:
    if not may_mount():
        pytest.skip("only root may mount a small /dev/shm")
    done = subprocess.run(["unshare", "-m", sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True,
                          text=True, timeout=200, check=False)
    assert done.stdout.endswith("recovered\n"), done.stderr
