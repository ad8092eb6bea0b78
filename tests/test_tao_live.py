"""The command line as its users meet it: results on stdout, one sentence on stderr, an exit code, no traceback."""

import json
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tao_live
from engine.core.commands import SetTempo
from engine.core.errors import UsageError
from engine.core.methods import Methods
from engine.library.audio_files import write_wav
from models.demo import demo_loop
from models.demo_file import write_demo
from tests.sessions.test_restore import decomposition, written
from tests.terminal import open_terminal

PROGRAM = Path(tao_live.__file__)
RATE = 22050


@pytest.mark.parametrize(("arguments", "words"), [
    (["decompose"], "LOOPS"), (["no-such-verb"], "no-such-verb"), (["render", "x"], "--out"),
    (["--audio", "tape"], "tape"), ([], "terminal"), (["decompose", "x", "-o", "y", "--transcriber", "ear"], "ear"),
    (["correct", "x", "--set", "kick=1"], "kick:4=0.8"), (["correct", "x", "--set", "kick:1=0"], "velocity"),
    (["correct", "x", "--set", "kick:0=1"], "The first step is 1"),
    (["correct", "x"], "Nothing to correct"), (["correct", "x", "--rename", "hihat=gong"], "hihat=ride"),
    (["--keys", "rewind=f5", "attach"], "No action is called 'rewind'"),
    (["correct", "x", "--rename", "hihat=gong"], "Drums: kick, snare"),
])
def test_a_wrong_call_is_a_usage_error(tao, arguments: list[str], words: str) -> None:
    code, out, err = tao(*arguments)
    assert code == 2 and words in err and not out and "Traceback" not in err


def test_attaching_to_nothing_says_how_to_start(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    code, _, err = tao("attach")
    assert code == 1 and "Start one" in err


@pytest.mark.server
def test_a_device_that_is_not_there_is_exit_3(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "tao-no-such-server")
    code, _, err = tao("--audio", "jack")
    assert code == 3 and "JACK" in err and "devices" in err


def test_a_rack_that_is_not_installed_is_refused_before_the_engine_starts(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    code, _, err = tao("--effects", "foo")
    assert code == 2 and err.startswith("tao: No effects rack is called 'foo'. Installed: pyo, bypass"), err


def test_the_screen_decomposes_with_the_plugins_that_tao_is_started_with() -> None:
    asked = {"audio": "null", "transcriber": "tao", "separator": "template-masks", "extractor": "select"}
    assert tao_live.engine_settings(asked).methods == Methods("tao", "template-masks", "select")
    with pytest.raises(UsageError, match="No extractor is called 'nobody'"):
        tao_live.engine_settings({**asked, "extractor": "nobody"})


def test_a_config_that_is_no_toml_is_a_usage_error_that_names_it(tao, tmp_path: Path) -> None:
    (tmp_path / "config/tao").mkdir(parents=True)
    (tmp_path / "config/tao/config.toml").write_text("audio = ")
    code, _, err = tao("models")
    assert code == 2 and "config.toml" in err


def test_settings_are_flag_then_environment_then_config(tao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(tao_live, "open_instrument", lambda loop, another, asked, **how:
                        seen.append(asked["block_frames"]))
    (tmp_path / "config/tao").mkdir(parents=True)
    (tmp_path / "config/tao/config.toml").write_text("block = 256")
    tao()
    monkeypatch.setenv("TAO_BLOCK_FRAMES", "512")
    tao()
    tao("--block", 1024)
    assert seen == [256, 512, 1024]


def test_a_loop_that_is_not_there_is_refused_before_the_engine_starts(tao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    monkeypatch.setattr(tao_live, "start_and_show", lambda *_: pytest.fail("the engine was started"))
    code, _, err = tao("--loop", "amen.wav")
    assert code == 2 and "no file or folder 'amen.wav'" in err


@pytest.mark.parametrize(("arguments", "config", "started"), [
    (["--empty"], "", (None, True, False)), ([], "empty = true", (None, True, True)), ([], "", (None, False, True)),
    (["--loop", "x.wav"], "empty = true", (Path("x.wav"), True, False))])
def test_tao_starts_empty_by_flag_or_setting(tao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             arguments: list[str], config: str, started: tuple) -> None:
    seen = []
    monkeypatch.setattr(tao_live, "open_instrument", lambda loop, another, asked, empty, recover:
                        seen.append((loop, empty, recover)))
    (tmp_path / "config/tao").mkdir(parents=True)
    (tmp_path / "config/tao/config.toml").write_text(config)
    assert tao(*arguments)[0] == 0 and seen == [started]


def test_devices_and_models_are_listed_for_people_and_for_programs(tao) -> None:
    assert "null" in tao("devices")[1]
    assert {json.loads(line)["audio"] for line in tao("devices", "--json")[1].splitlines()} >= {"null"}
    names = {json.loads(line)["name"] for line in tao("models", "--json")[1].splitlines()}
    assert {"onset-strength", "template-masks", "least-disturbed"} <= names


@pytest.mark.server  # it asks a network that is not there
def test_models_that_do_not_come_with_tao_say_where_they_are(tao, monkeypatch, tmp_path) -> None:
    write_wav(tmp_path / "loop.wav", demo_loop(RATE).audio, RATE)
    monkeypatch.setitem(sys.modules, "mdxnet_infer", None)
    code, out, said = tao("decompose", tmp_path / "loop.wav", "-o", tmp_path / "kit", "--separator", "drumsep")
    assert (code, out) == (4, "")
    assert "models get drumsep" in said
    code, _, said = tao("models", "get", "magic")
    assert code == 2
    assert "drumsep" in said
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    code, out, said = tao("models", "get", "drumsep")
    assert (code, out) == (1, "")
    assert "non-commercial" in said
    assert "Check your connection" in said


def test_the_whole_instrument_opens_in_a_terminal_plays_its_demo_and_quits(tmp_path: Path) -> None:
    """A real terminal, a real engine, a real worker: what `make run` does."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", "TAO_GLYPHS": "ascii",
                   "XDG_RUNTIME_DIR": str(tmp_path / "run"), "XDG_DATA_HOME": str(tmp_path),
                   "XDG_STATE_HOME": str(tmp_path)}
    ours, theirs = open_terminal()
    process = subprocess.Popen([sys.executable, PROGRAM], stdin=theirs, stdout=theirs, stderr=theirs,
                               env=environment, start_new_session=True)
    os.close(theirs)
    try:
        screen = wait_for(ours, r"Hear it", 90.0)
        os.write(ours, b"\x1b")  # skips the guide of the first start
        assert wait_for(ours, r"hihat", 60.0, screen)
        time.sleep(0.5)  # or Esc and q would be one key
        os.write(ours, b"q")
        time.sleep(0.3)  # two presses, not one key with two letters
        os.write(ours, b"q")
        drain_until_exit(ours, process)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def wait_for(terminal: int, pattern: str, timeout_s: float, seen: str = "") -> str:
    """Read the terminal until `pattern` was drawn; all that was read."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and not re.search(pattern, seen):
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
    assert re.search(pattern, seen), f"{pattern} never appeared; the end was {seen[-500:]!r}"
    return seen


def drain_until_exit(terminal: int, process: subprocess.Popen[bytes], timeout_s: float = 20.0) -> None:
    """Keep reading, as a terminal does, until the process has ended."""
    end = time.monotonic() + timeout_s
    while process.poll() is None and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:
                break
    process.wait(5.0)


def test_a_damaged_session_costs_one_sentence_and_closes_nothing(tao, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = tmp_path / "state" / "tao" / "sessions"
    written(sessions / f"20260101-120000-{2**22 + 1}", decomposition())
    damaged = written(sessions / f"20260102-120000-{2**22 + 2}", decomposition(), SetTempo(93.5), SetTempo(94.5))
    log = damaged / "log"
    log.write_bytes(b"SetTempq".join(log.read_bytes().rsplit(b"SetTempo", 1)))
    code, table, talk = tao("sessions")
    assert code == 0 and len(table.splitlines()) == 2 and talk.count("\n") == 1
    assert f"{log} cannot be read from byte" in talk
    opened: list[str] = []
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    monkeypatch.setattr(tao_live, "start_and_show", lambda asked, first: opened.append(asked.get("resume", str(first))))
    for words in (("resume",), ()):
        assert tao(*words)[0] == 0
    assert opened == [str(damaged)] * 2
    log.write_bytes(b"nonsense")
    code, _, talk = tao()
    assert code == 0 and "cannot be continued" in talk and opened[-1].endswith("demo.wav")


def test_a_demo_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_demo(tmp_path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_demo(tmp_path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
