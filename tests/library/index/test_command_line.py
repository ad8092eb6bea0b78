"""The verb `library`, as its users meet it."""

import json
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest
import soundfile

from engine.core.pattern import TRACK_NAMES
from engine.library.index.command_line import DRUMS, KINDS
from engine.library.index.entries import Kind
from engine.library.kits.kit_folder import write_folder
from tests.command_line import run
from tests.library.index.shelf import RATE, hit, kit, put

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """A call of the command line, with a take's kit of its own."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    write_folder(platformdirs.user_data_path("tao") / "takes" / "amen", kit("amen", 0, 94.0, "CC0-1.0"))
    return lambda *arguments: run("library", *arguments, capsys=capsys, monkeypatch=monkeypatch)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder of one-shots."""
    for number in range(2):
        put(tmp_path / "pack" / f"hh {number}.wav", hit("hihat", number))
    put(tmp_path / "pack" / "copy.wav", hit("hihat", 1))
    return tmp_path / "pack"


def test_what_tao_made_is_found_without_being_asked_to_look(tao: Call) -> None:
    code, out, _ = tao("search", "am", "--tempo", "90-100", "--class", "snare", "--licence", "CC0")
    assert code == 0 and out.startswith("amen: snare  (one-shot, snare, 94 BPM, 0.3 s, CC0-1.0)  /")
    code, out, _ = tao("search", "--kind", "kit", "--json")
    (found,) = map(json.loads, out.splitlines())
    assert code == 0 and found["kind"] == "kit" and found["name"] == "amen" and Path(found["path"]).is_dir()


def test_a_folder_that_is_added_is_remembered_until_it_is_forgotten(tao: Call, pack: Path) -> None:
    code, _, err = tao("add", pack)
    assert code == 0 and "Kits and files in the library: 4; 4 new or changed, 0 gone." in err
    assert len(tao("search", "hh")[1].splitlines()) == 2
    assert "3 gone" in tao("forget", pack)[2]
    code, out, err = tao("search", "hh")
    assert code == 0 and out == "" and "Nothing like that is in the library" in err
    assert tao("search", "hh", "--json") == (0, "", "")
    code, _, err = tao("forget", pack)
    assert code == 1 and "not one of your library's folders" in err


def test_sounds_and_patterns_are_found_by_their_likeness(tao: Call, pack: Path, tmp_path: Path) -> None:
    tao("add", pack)
    soundfile.write(tmp_path / "mine.wav", 0.3 * hit("hihat", 0), RATE)
    assert tao("like", tmp_path / "mine.wav")[1].splitlines()[0].startswith("100%  hh 0")
    code, out, _ = tao("pattern", "kick=x.......x.......", "snare=....x.......x...", "--json")
    assert code == 0 and json.loads(out.splitlines()[0])["score"] > 0.99
    code, _, err = tao("pattern", "kick=x..z")
    assert code == 1 and "'z'" in err


def test_duplicates_and_lineage_are_told(tao: Call, pack: Path) -> None:
    tao("add", pack)
    lines = tao("duplicates")[1].splitlines()
    assert lines[0] == "1." and [line.split("  ")[0] for line in lines[1:]] == ["copy", "hh 1"]
    code, out, _ = tao("lineage", "amen")
    assert code == 0 and out.splitlines()[1] == "  made from: amen.wav  (not in the library)"
    code, _, err = tao("lineage", "zebra")
    assert code == 1 and "no kit, take or loop 'zebra'" in err


def test_update_names_what_cannot_be_read(tao: Call, pack: Path) -> None:
    (pack / "broken.wav").write_text("no audio")
    assert "1 cannot be read" in tao("add", pack)[2]
    assert "broken.wav is a text file and is not audio" in tao("update")[2]


def test_an_index_that_cannot_be_written_is_a_sentence(tao: Call, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    code, out, err = tao("search", "amen")
    assert code == 1 and not out and "XDG_CACHE_HOME" in err and "Traceback" not in err


def test_the_choices_are_all_there_is() -> None:
    assert DRUMS == TRACK_NAMES and set(KINDS) == {kind.value for kind in Kind}


def test_wrong_options_are_usage(tao: Call) -> None:
    assert tao("search", "--class", "cowbell")[0] == 2
    code, _, err = tao("search", "--tempo", "fast")
    assert code == 1 and "no tempo" in err
