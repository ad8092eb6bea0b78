"""Files, folders and lists: what is meant, and where its kit belongs."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.core.errors import TaoError, UsageError
from models.batch.inputs import inputs_of, listed_in


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def places(named: list[str], listed: list[str] | None = None, out: str = "out") -> dict[str, str]:
    found = inputs_of([Path(name) for name in named], [Path(name) for name in listed or []], Path(out))
    return {str(one.path): str(one.place) for one in found.files}


def test_a_file_is_called_after_itself_and_a_folders_files_keep_their_places() -> None:
    touch("a/loop.wav", "packs/x.wav", "packs/deep/er/y.FLAC")
    assert places(["a/loop.wav", "packs"]) == {
        "a/loop.wav": "loop", "packs/deep/er/y.FLAC": "deep/er/y", "packs/x.wav": "x"}


def test_a_lists_files_keep_the_path_that_it_gives_them() -> None:
    touch("packs/a/loop.wav", "packs/b/loop.wav")
    absolute = str(Path("packs/b/loop.wav").resolve())
    found = places([], ["packs/a/loop.wav", "../gone.wav", absolute])
    assert found["packs/a/loop.wav"] == "packs/a/loop" and found["../gone.wav"] == "gone"
    assert found[absolute] == str(Path(absolute).with_suffix("").relative_to("/"))
    assert places([], ["packs"])["packs/a/loop.wav"] == "packs/a/loop"


def test_results_hidden_files_and_other_files_are_no_inputs() -> None:
    touch("loop.wav", "notes.txt", ".hidden.wav", ".git/a.wav", "out/loop/kit.json", "out/loop/loop.wav",
          "kit/kit.json", "kit/loop.wav", "kit/stems/kick.wav")
    found = inputs_of([Path()], [], Path("out"))
    assert [str(one.path) for one in found.files] == ["loop.wav"]
    assert found.passed_over == 3, "the text, and two files of the kit"


def test_a_folder_may_hold_its_own_results() -> None:
    touch("loop.wav", "loop/kit.json", "loop/loop.wav")
    assert places(["."], out=".") == {"loop.wav": "loop"}


def test_each_file_is_taken_once() -> None:
    touch("a/loop.wav")
    Path("b").symlink_to("a")
    assert len(places(["a", "a/loop.wav", "./a/loop.wav", "b/loop.wav"], ["a/loop.wav"])) == 1


def test_a_name_of_dots_stays_in_the_output_folder() -> None:
    touch("...wav")
    assert places(["...wav"]) == {"...wav": "...wav"}


def test_a_folder_without_audio_says_so() -> None:
    touch("empty/notes.txt")
    with pytest.raises(TaoError, match=r"no audio file in .empty."):
        places(["empty"])


@pytest.mark.parametrize("data", [b"a.wav\nb c.wav\n\n", b"a.wav\r\nb c.wav", b"a.wav\0b c.wav\0"])
def test_a_list_has_a_path_on_each_line_or_a_nul_after_each(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("list").write_bytes(data)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert listed_in("list") == listed_in("-") == [Path("a.wav"), Path("b c.wav")]
    with pytest.raises(UsageError, match="cannot be read"):
        listed_in("none")
