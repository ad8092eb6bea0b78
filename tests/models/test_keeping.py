"""A kit that was solved live is a folder of its own, and one file's kit is kept once."""

from pathlib import Path

import pytest

from engine.bridge.messages import DecomposeFile, DecomposeJob
from engine.library.audio_files import write_wav
from engine.library.kits.kit_folder import UnwritableFolder, read_folder
from models.decompose import Decomposition, decompose
from models.demo import demo_loop
from models.keeping import keep_kit
from tests.models.loops import TOOLS

RATE = 44100


@pytest.fixture(scope="module")
def done() -> Decomposition:
    *_, last = decompose(demo_loop(RATE), TOOLS, RATE)
    return last


def take(kits: Path, name: str = "take 1") -> DecomposeJob:
    return DecomposeJob(1, "segment", 1, 2, RATE, name, 8, RATE, "memory", kits=str(kits))


def test_a_take_and_each_later_solution_of_it_have_a_folder_beside_it(done: Decomposition, tmp_path: Path) -> None:
    write_wav(tmp_path / "take 1.wav", done.audio, RATE)
    for name in ("take 1", "take 1-2"):
        assert keep_kit(take(tmp_path), done, TOOLS.names) == (tmp_path / name, True)
        kept = read_folder(tmp_path / name)
        assert kept.pattern == done.pattern and kept.kit.name == name
        assert kept.source.name == "take 1.wav" and kept.source.sha256 is not None


def test_a_files_kit_is_kept_once(done: Decomposition, tmp_path: Path) -> None:
    write_wav(tmp_path / "loop.wav", done.audio, RATE)
    job = DecomposeFile(1, str(tmp_path / "loop.wav"), 8, RATE, "memory", str(tmp_path / "kits"))
    assert keep_kit(job, done, TOOLS.names) == (tmp_path / "kits" / "loop", True)
    assert keep_kit(job, done, TOOLS.names) == (tmp_path / "kits" / "loop", False)
    assert len(list((tmp_path / "kits").iterdir())) == 1
    other = TOOLS.names.changed("extractor", "select")
    assert keep_kit(job, done, other) == (tmp_path / "kits" / "loop-2", True), "other plugins make another kit"
    assert read_folder(tmp_path / "kits" / "loop-2").made_by["extractor"] == "select"


def test_any_name_stays_in_the_folder_and_a_bad_folder_is_one_sentence(done: Decomposition, tmp_path: Path) -> None:
    kits = tmp_path / "kits"
    for name in ("../../evil", "x" * 400, "\0", ""):
        made, _ = keep_kit(take(kits, name), done, TOOLS.names)
        assert made is not None and made.parent == kits and read_folder(made).source.sha256 is not None
    assert keep_kit(DecomposeFile(1, "loop.wav", 8, RATE, "memory"), done, TOOLS.names) == (None, False)
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableFolder, match="could not be written"):
        keep_kit(take(tmp_path / "file"), done, TOOLS.names)
