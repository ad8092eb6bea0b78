"""The verbs `save` and `sets`, on a running engine and without one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import tao_live
from engine.core.commands import ToggleStep
from engine.library.kits.kit_folder import read_folder
from engine.sessions.sets import read_set
from tests.command_line import run
from tests.rig import running_engine

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return lambda *arguments: run(*arguments, capsys=capsys, monkeypatch=monkeypatch)


def test_the_kit_that_plays_is_saved_and_its_session_is_a_set(tao: Call, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data" / "tao"
    data.mkdir(parents=True)
    with running_engine(data, "null") as engine:
        code, _, err = tao("save")
        assert code == 1 and "no kit to save" in err
        engine.load_kit("first")
        engine.client.ask(ToggleStep("kick", 3))
        code, out, _ = tao("save", "beat")
        pattern = engine.client.snapshot().status.machine.pattern
        assert code == 0 and out.strip() == str(data / "takes" / "beat")
        assert read_folder(Path(out.strip())).pattern == pattern
        code, out, _ = tao("sets", "save", "Friday")
        assert code == 0 and read_set(Path(out.strip())).name == "Friday"
        session = engine.session
        engine.finish()
    code, out, _ = tao("sets", "save", "Saturday", session)
    assert code == 0 and read_set(Path(out.strip())).session.name == session.name
    listed = [json.loads(line)["name"] for line in tao("sets", "--json")[1].splitlines()]
    assert listed == ["Friday", "Saturday"] and "Friday" in tao("sets")[1]
    assert tao("sets", "save", "two\nlines\x1b[2J", session)[0] == 0
    lines = tao("sets")[1].splitlines()
    assert len(lines) == 3 and lines[2].startswith("two lines?[2J ") and "\x1b" not in "".join(lines)
    opened = []
    monkeypatch.setattr(tao_live, "start_and_show", lambda asked, first: opened.append((asked, first)))
    monkeypatch.setattr(tao_live, "check_terminal", lambda: None)
    assert tao("sets", "open", "Friday")[0] == 0
    (asked, first), = opened
    folder = data / "sets" / "Friday"
    assert first is None and asked["midi_file"] == str(folder / "midi.json")
    assert asked["resume"] == str(folder / "sessions" / session.name)
    assert tao_live.engine_settings(asked).midi_file == str(folder / "midi.json")


def test_without_an_engine_or_a_set_there_is_one_sentence(tao: Call) -> None:
    assert "No engine is running" in tao("save")[2]
    code, _, err = tao("sets", "open", "nowhere")
    assert code == 1 and "no set 'nowhere'" in err
