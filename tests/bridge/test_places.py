"""Running engines are found by their sockets; what is left of dead ones is cleared away."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from engine.bridge.places import answers, is_running, running_engines, runtime_folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime folder of the test's own, with a path short enough for a socket."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def listening(name: str) -> socket.socket:
    """An engine, as far as its socket goes."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.relpath(runtime_folder() / name))
    server.listen()
    return server


def test_engines_that_answer_are_found_newest_first_and_dead_sockets_go() -> None:
    with listening("engine-1.sock"), listening("engine-2.sock"):
        listening("engine-3.sock").close()
        os.utime(runtime_folder() / "engine-1.sock", (1000, 1000))
        os.utime(runtime_folder() / "engine-2.sock", (2000, 2000))
        assert [path.name for path in running_engines()] == ["engine-2.sock", "engine-1.sock"]
        assert sorted(path.name for path in runtime_folder().iterdir()) == ["engine-1.sock", "engine-2.sock"]


def test_nothing_answers_where_nothing_is() -> None:
    assert not answers(runtime_folder() / "engine-9.sock") and running_engines() == []


def test_a_process_is_running_until_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_running(child.pid) and is_running(os.getpid())
    child.communicate(b"\n")
    assert not is_running(child.pid)

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert is_running(1), "a process of another user is running, too"
