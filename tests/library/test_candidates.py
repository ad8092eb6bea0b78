"""Where other sounds come from, and what is no sound."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.errors import TaoError, UnreadableAudio
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from engine.library.candidates import in_folder, in_kits, in_loop, read_hit
from engine.library.kits.kit_folder import write_folder
from tests.library.values import rich_decomposition

RATE = 48000


def machine() -> Machine:
    kick, snare = (Step(), None, None, None), (None, None, Step(), None)
    pattern = Pattern((Track("kick", kick * 2), Track("snare", snare * 2)), 2)
    kit = Kit("k", {"kick": OneShot("aa", 10), "snare": OneShot("bb", 10)})
    return replace(empty_machine(RATE), pattern=pattern, kit=kit, loop=PlayedLoop("cc", 48000, 2))


def test_slices_go_from_stroke_to_stroke_those_of_the_track_first() -> None:
    found = in_loop(machine(), "snare")
    assert [(it.name, it.start, it.frames) for it in found[:4]] == [
        ("slice snare 3", 12000, 12000), ("slice snare 7", 36000, 12000),
        ("slice kick 1", 0, 12000), ("slice kick 5", 24000, 12000)]
    assert [it.name for it in found[4:]] == ["hit kick"]


def test_slices_follow_a_shifted_downbeat() -> None:
    shifted = replace(machine(), loop=PlayedLoop("cc", 48000, 2, downbeat_ticks=Ticks(240)))
    assert in_loop(shifted, "kick")[0].start == 6000


def test_without_a_loop_the_other_hits_are_left() -> None:
    assert [it.name for it in in_loop(replace(machine(), loop=None), "kick")] == ["hit snare"]


def test_kits_offer_their_one_shots_those_of_this_track_first(tmp_path: Path) -> None:
    write_folder(tmp_path / "old", rich_decomposition())
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "kit.json").write_text("{")
    found = in_kits(tmp_path, "hihat")
    assert [it.name for it in found] == ["old: hihat", "old: kick"]
    assert found[0].path is not None and len(read_hit(found[0].path, RATE)) == 700


def test_a_kit_offers_no_file_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "kit.json").write_text('{"tracks": [{"name": "kick", "oneshot": "../secret.wav"}]}')
    assert in_kits(tmp_path, "kick") == []


def test_a_folder_offers_its_audio_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.wav", "deep/a.flac"):
        soundfile.write(tmp_path / name, np.zeros(100), RATE)
    (tmp_path / "notes.txt").write_text("no sound")
    (tmp_path / ".trash").mkdir()
    for name in ("._b.wav", ".trash/c.wav"):
        (tmp_path / name).write_bytes(b"hidden")
    assert [it.name for it in in_folder(tmp_path)] == ["b.wav", "deep/a.flac"]
    with pytest.raises(TaoError, match="no folder"):
        in_folder(tmp_path / "gone")


def test_a_hit_of_another_rate_and_one_channel_is_made_to_fit(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.sin(np.arange(22050) / 10), 22050, subtype="FLOAT")
    audio = read_hit(tmp_path / "a.wav", RATE)
    assert audio.shape == (RATE, 2) and audio.dtype == np.float32 and np.array_equal(audio[:, 0], audio[:, 1])


def test_a_stereo_hit_keeps_its_sides_and_further_channels_are_left_out(tmp_path: Path) -> None:
    audio = np.stack([np.full(100, 0.1 * (side + 1)) for side in range(3)], axis=1).astype(np.float32)
    for channels in (2, 3):
        soundfile.write(tmp_path / "a.wav", audio[:, :channels], RATE, subtype="FLOAT")
        assert np.array_equal(read_hit(tmp_path / "a.wav", RATE), audio[:, :2])


def test_what_is_no_audio_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")
    for path in (tmp_path / "a.wav", tmp_path / "gone.wav"):
        with pytest.raises(UnreadableAudio, match="choose another"):
            read_hit(path, RATE)
