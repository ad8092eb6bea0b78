"""A verb refuses a bad place before it works, and overwrites nothing unasked."""

from pathlib import Path

import pytest

from engine.library.outputs import (
    OutputRefused,
    check_file,
    check_folder,
    check_inputs_stay,
    check_not_read,
    check_wav,
)


def test_a_folder_with_content_is_only_written_to_on_request(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "deep", overwrite=False)
    check_folder(tmp_path, overwrite=False)
    assert list(tmp_path.iterdir()) == [], "nothing is left of the trial"
    (tmp_path / "loop.wav").touch()
    with pytest.raises(OutputRefused, match="--overwrite"):
        check_folder(tmp_path, overwrite=False)
    check_folder(tmp_path, overwrite=True)
    for overwrite in (False, True):
        with pytest.raises(OutputRefused, match="is a file"):
            check_folder(tmp_path / "loop.wav", overwrite)
        with pytest.raises(OutputRefused, match="cannot be written"):
            check_folder(tmp_path / "loop.wav" / "kit", overwrite)
        with pytest.raises(OutputRefused, match="cannot be written"):
            check_folder(tmp_path / ("x" * 300), overwrite)
        with pytest.raises(OutputRefused, match="cannot be written"):
            check_folder(Path("/proc/kit"), overwrite)


def test_a_file_is_only_replaced_on_request(tmp_path: Path) -> None:
    check_file(tmp_path / "new.wav", overwrite=False)
    (tmp_path / "old.wav").touch()
    with pytest.raises(OutputRefused, match="--overwrite"):
        check_file(tmp_path / "old.wav", overwrite=False)
    check_file(tmp_path / "old.wav", overwrite=True)
    with pytest.raises(OutputRefused, match="is a folder"):
        check_file(tmp_path, overwrite=True)
    with pytest.raises(OutputRefused, match="no folder"):
        check_file(tmp_path / "no" / "new.wav", overwrite=True)
    with pytest.raises(OutputRefused, match="Name another file with --picture"):
        check_file(tmp_path / "old.wav", overwrite=False, option="--picture")


def test_a_file_never_takes_the_place_of_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for out in ("take.wav", "kit/loop.wav", "kit/stems/kick.wav", "kit/../take.wav"):
        with pytest.raises(OutputRefused, match="take the place of what is read"):
            check_not_read(Path(out), (Path("kit"), tmp_path / "take.wav"))
    for out in ("other.wav", "kit/crossed.wav", "kit2/loop.wav"):
        check_not_read(Path(out), (Path("kit"), Path("take.wav")))


def test_what_is_read_is_never_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("loop.wav", "oneshots/kick.wav", "take.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in ("loop.wav", "oneshots/kick.wav"):
        with pytest.raises(OutputRefused, match="in the way"):
            check_inputs_stay([Path()], [Path(name)])
    check_inputs_stay([Path()], [Path("take.wav")])
    check_inputs_stay([Path("other"), Path("kit")], [Path("loop.wav")])


@pytest.mark.parametrize("name", ["a.mp3", "a.FLAC", "a.m4a"])
def test_a_file_that_would_not_be_what_its_name_says_is_refused(name: str) -> None:
    with pytest.raises(OutputRefused, match=r"Name it 'a\.wav'"):
        check_wav(Path(name))


@pytest.mark.parametrize("name", ["a.wav", "a.WAV", "a", "take.1"])
def test_other_names_are_fine(name: str) -> None:
    check_wav(Path(name))
