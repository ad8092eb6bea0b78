"""A start is given up only when the engine shows no sign of life, and then with a log that exists."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.audio.settings import EngineSettings
from engine.bridge.places import is_running
from engine.core.errors import DeviceNotFound, TaoError
from engine.server import launch

Start = Callable[[str], Path]
READY = "import os, sys, time; pipe = int(sys.argv[3]); say = lambda text: os.write(pipe, text + b'\\n'); "


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Start a program in place of an engine, with nothing to compile and half a second between signs of life."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(launch, "compile_kernels", lambda progress: None)
    monkeypatch.setattr(launch, "START_S", 1.5)
    settings = EngineSettings("null", str(tmp_path / "takes"), str(tmp_path / "sessions"))

    def started(program: str) -> Path:
        monkeypatch.setattr(launch, "ENGINE", (sys.executable, "-c", READY + program))
        return launch.start_engine(settings)

    return started


def log_in(sentence: str) -> str:
    """What is in the log that a sentence names."""
    return Path(re.search(r"its log is (.*)\.$", sentence).group(1)).read_text()  # type: ignore[union-attr]


def test_an_engine_that_answers_leaves_no_early_log(start: Start, tmp_path: Path) -> None:
    assert start("say(b'{}')").suffix == ".sock"
    assert not list((tmp_path / "tao").glob("*.log"))


def test_signs_of_life_renew_the_time(start: Start) -> None:
    start("[(say(b'{\"working\": \"still\"}'), time.sleep(1.0)) for _ in range(3)]; say(b'{}')")


def test_an_engine_that_hangs_is_ended(start: Start, tmp_path: Path) -> None:
    with pytest.raises(TaoError, match="could not be started") as raised:
        start("print(os.getpid(), flush=True); time.sleep(600)")
    assert not is_running(int(log_in(str(raised.value))))


def test_an_engine_that_breaks_before_its_session_names_the_early_log(start: Start) -> None:
    with pytest.raises(TaoError, match="could not be started") as raised:
        start("raise RuntimeError('no such luck')")
    assert "no such luck" in log_in(str(raised.value))


def test_an_engine_that_breaks_later_names_its_sessions_log(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    with pytest.raises(TaoError, match="could not be started") as raised:
        start(f"folder = {str(folder)!r} + f'/20260101-000000-{{os.getpid()}}'; os.makedirs(folder); "
              "open(folder + '/engine.log', 'w').write('it was the rack')")
    assert log_in(str(raised.value)) == "it was the rack" and not list((tmp_path / "tao").glob("*.log"))


def test_what_the_engine_says_is_raised(start: Start) -> None:
    with pytest.raises(DeviceNotFound, match="nothing plugged in"):
        start("say(b'{\"error\": \"DeviceNotFound\", \"text\": \"nothing plugged in\"}')")


def test_ctrl_c_ends_an_engine_that_is_not_ready(tmp_path: Path) -> None:
    program = ("import sys; from engine.server import launch; from engine.audio.settings import EngineSettings; "
               "launch.compile_kernels = lambda progress: None; "
               "launch.ENGINE = (sys.executable, '-c', 'import os, time; print(os.getpid(), flush=True); "
               "time.sleep(600)'); "
               f"launch.start_engine(EngineSettings('null', {str(tmp_path)!r}, {str(tmp_path)!r}))")
    starter = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL,
                               env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)})
    end_s = time.monotonic() + 60
    while not any(log.read_text().strip() for log in tmp_path.glob("tao/*.log")):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    pid = int(next(tmp_path.glob("tao/*.log")).read_text())
    starter.send_signal(signal.SIGINT)
    starter.wait(20)
    assert not is_running(pid) and not list(tmp_path.glob("tao/*.log"))
