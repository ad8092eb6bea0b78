import os
import socket
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.errors import TaoError, UnreadableAudio
from engine.core.loop import Loop
from engine.library.audio_files import check_usable, named_bpm, read_audio, read_loop, write_wav
from engine.library.candidates import read_hit
from engine.library.export_settings import ExportSettings
from engine.library.kits.kit_folder import read_folder, write_folder
from engine.library.wav_file import Marks, write_marked_wav
from engine.library.wav_sizes import missing_bytes
from tests.library.values import rich_decomposition

SINE = (0.5 * np.sin(np.arange(22050) * 0.1)).astype(np.float32)


def written(path: Path, channels: int = 1, sample_rate: int = 44100, **how: str) -> Path:
    soundfile.write(path, np.tile(SINE[:, None], (1, channels)), sample_rate, **how)
    return path


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.aiff", "a.ogg", "a.mp3"])
def test_every_common_format_is_read(tmp_path, name):
    loop = read_loop(written(tmp_path / name))
    assert loop.name == "a"
    assert loop.sample_rate == 44100
    assert abs(len(loop.audio) - 22050) < 3000
    assert np.abs(loop.audio).max() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("sample_rate", [8000, 11025, 22050, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_any_rate_and_channels_are_read(tmp_path, sample_rate, channels):
    loop = read_loop(written(tmp_path / "a.wav", channels, sample_rate), beats=2)
    assert loop.audio.shape == (22050, channels)
    assert loop.beats == 2


def test_what_is_written_is_read_back_to_the_bit(tmp_path):
    audio = np.random.default_rng(1).normal(size=(5000, 2)).astype(np.float32)
    write_wav(tmp_path / "a.wav", audio, 48000)
    assert (read_loop(tmp_path / "a.wav").audio == audio).all()


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableAudio) as refused:
        read_loop(path)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_a_missing_file_is_named(tmp_path):
    assert "There is no file" in refusal(tmp_path / "none.wav")


def test_a_folder_is_no_file(tmp_path):
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"RIFF", b"RIFF\x00\x00\x00\x00WAVE", bytes(1000)])
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac"])
def test_what_is_not_audio_is_refused(tmp_path, content, name):
    (tmp_path / name).write_bytes(content)
    assert name in refusal(tmp_path / name)


def test_a_truncated_wav_is_refused(tmp_path):
    path = written(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:-1000])
    assert missing_bytes(path) == 1000
    assert "last 1000 bytes are missing" in refusal(path)


def test_a_truncated_flac_is_refused(tmp_path):
    path = written(tmp_path / "a.flac")
    path.write_bytes(path.read_bytes()[:-2000])
    refusal(path)


def test_a_recording_whose_header_was_never_finished_is_read(tmp_path):
    path = written(tmp_path / "a.wav", subtype="PCM_16")
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(data)
    assert missing_bytes(path) == 0


@pytest.mark.parametrize(("riff", "announced"), [(0, 0), (36, 0), (0, 6), (0, -6), (0xFFFFFFFF, 0xFFFFFFFF)])
def test_a_wav_whose_sizes_are_wrong_is_read_and_said_to_be(tmp_path, caplog, riff, announced):
    path = written(tmp_path / "a.wav", subtype="PCM_16")
    whole, data = read_loop(path).audio, bytearray(path.read_bytes())
    there = len(data) - 44
    size = announced if announced in (0, 0xFFFFFFFF) else there + announced
    data[4:8], data[40:44] = struct.pack("<I", riff), struct.pack("<I", size)
    path.write_bytes(data)
    assert abs(len(read_loop(path).audio) - len(whole)) <= 3
    assert any("a.wav" in record.getMessage() for record in caplog.records) or announced in (-6, 0xFFFFFFFF)


@pytest.mark.parametrize(("stem", "bpm"), [
    ("break_096bpm", 96.0), ("Loop 120 BPM", 120.0), ("bpm174 amen", 174.0), ("a-92.5bpm", 92.5), ("loop 120", None),
    ("x999bpm", None), ("drumbpmx", None), ("100bpms", None), ("", None)])
def test_a_tempo_in_a_name_is_a_hint(stem, bpm):
    assert named_bpm(stem) == bpm


def test_values_that_are_not_numbers_are_refused(tmp_path):
    audio = np.tile(SINE[:, None], (1, 2))
    audio[4410, 1] = np.nan
    soundfile.write(tmp_path / "a.wav", audio, 44100, subtype="FLOAT")
    assert "not a number at 0.100 s" in refusal(tmp_path / "a.wav")


def test_too_short_too_long_and_too_wide_are_refused(tmp_path):
    soundfile.write(tmp_path / "short.wav", SINE[:1000], 44100)
    soundfile.write(tmp_path / "long.wav", np.zeros(8000 * 600, np.int16), 8000)
    soundfile.write(tmp_path / "wide.wav", np.zeros((9000, 9)), 44100)
    soundfile.write(tmp_path / "slow.wav", SINE, 4000)
    assert "too short" in refusal(tmp_path / "short.wav")
    assert "10 minutes" in refusal(tmp_path / "long.wav")
    assert "9 channels" in refusal(tmp_path / "wide.wav")
    assert "4000 Hz" in refusal(tmp_path / "slow.wav")


def test_absurd_levels_are_refused():
    with pytest.raises(UnreadableAudio, match="60 dB above full scale"):
        check_usable(np.full((44100, 1), 1000.0, np.float32), 44100, "loud.wav")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.integers(0, 200), st.sampled_from(["wav", "flac", "aiff", "ogg"]), st.booleans())
def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path, junk, at, suffix, keep_rest):
    path = tmp_path / f"whole.{suffix}"
    if not path.exists():
        written(path)
    whole = path.read_bytes()
    damaged = tmp_path / f"damaged.{suffix}"
    damaged.write_bytes(whole[:at] + junk + (whole[at + len(junk) :] if keep_rest else b""))
    try:
        assert isinstance(read_loop(damaged), Loop)
    except UnreadableAudio as refused:
        assert "\n" not in str(refused)


def says_rate(path: Path, rate: int) -> Path:
    """The WAV with another sample rate in its header."""
    data = bytearray(path.read_bytes())
    data[24:28] = struct.pack("<I", rate)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("rate", [0, 1, 7999, 192001, 1_500_007, 2_147_483_629])
def test_an_absurd_rate_is_refused_by_every_reader(tmp_path, rate):
    says_rate(written(tmp_path / "a.wav", subtype="PCM_16"), rate)
    write_folder(tmp_path / "kit", rich_decomposition())
    says_rate(tmp_path / "kit" / "oneshots" / "kick.wav", rate)
    for read in (lambda: read_loop(tmp_path / "a.wav"), lambda: read_hit(tmp_path / "a.wav", 48000),
                 lambda: read_folder(tmp_path / "kit")):
        with pytest.raises(TaoError, match=r"8 to 192 kHz|is not audio"):
            read()


@pytest.mark.timeout(20)
def test_pipes_sockets_devices_and_folders_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    assert "pipe.wav is a pipe" in refusal(tmp_path / "pipe.wav")
    assert "zero is a device" in refusal(Path("/dev/zero"))
    assert "is a folder" in refusal(tmp_path)
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/s.wav")
        assert "s.wav is a socket" in refusal(Path(folder, "s.wav"))
    with pytest.raises(UnreadableAudio, match=r"is a pipe\..*choose another\."):
        read_hit(tmp_path / "pipe.wav", 48000)


@pytest.mark.parametrize("name", ["\0", "x" * 5000])
def test_a_name_that_no_file_can_have_is_one_short_sentence(name):
    assert len(refusal(Path(name))) < 200


def test_only_the_beginning_of_a_long_file_is_read_when_no_more_is_wanted(tmp_path):
    soundfile.write(tmp_path / "long.wav", np.zeros(8000 * 600, np.int16), 8000)
    audio, rate = read_audio(tmp_path / "long.wav", 2.0)
    assert (audio.shape, rate) == ((16000, 1), 8000)


def test_reading_leaves_no_file_open(tmp_path):
    good, bad = written(tmp_path / "a.wav"), tmp_path / "b.wav"
    bad.write_bytes(b"hello")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        read_loop(good)
        refusal(bad)
        refusal(Path("/dev/zero"))
    assert len(list(Path("/dev/fd").iterdir())) == before


@pytest.mark.parametrize(("data", "kind"), [
    (b"%PDF-1.4 ...", "is a PDF document and is not audio"), (b"words", "is a text file and is not audio"),
    (b"PK\3\4...", "is a zip archive and is not audio"), (b"fLaC....", "is damaged or is not audio"),
    (b"\0\1\2\3", "is damaged or is not audio")])
def test_a_file_of_another_kind_is_named_as_what_it_is(tmp_path, data, kind):
    (tmp_path / "a.wav").write_bytes(data)
    assert f"a.wav {kind}. Give a whole WAV" in refusal(tmp_path / "a.wav")


@pytest.mark.parametrize(("first", "last", "frames"), [(12000, 59999, 48000), (100, 4000, 96000), (0, 400000, 96000)])
def test_what_a_sampler_repeats_is_the_loop_and_not_what_rings_after_it(tmp_path: Path, first: int, last: int,
                                                                        frames: int) -> None:
    path, audio = tmp_path / "a.wav", np.random.default_rng(1).uniform(-0.5, 0.5, (96000, 2)).astype(np.float32)
    write_marked_wav(path, audio, 48000, ExportSettings(bits=32), Marks(120.0, 2))
    whole = struct.pack("<6I", 0, 0, 0, 95999, 0, 0)
    assert whole in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(whole, struct.pack("<6I", 0, 0, first, last, 0, 0)))
    loop = read_loop(path)
    assert len(loop.audio) == frames and loop.hints.beats == (2 if frames == 48000 else None)
    assert len(read_loop(path, 4).audio) == 96000, "beats that are given are those of the whole file"


def test_slices_that_a_file_is_marked_with_are_read_with_it(tmp_path: Path) -> None:
    audio = np.random.default_rng(1).uniform(-0.5, 0.5, (96000, 2)).astype(np.float32)
    marks = Marks(60.0, 2, slices=((0, "kick"), (24000, "hat"), (48000, "snare")))
    write_marked_wav(tmp_path / "a.wav", audio, 48000, ExportSettings(bits=32), marks)
    assert read_loop(tmp_path / "a.wav").slices_s == (0.0, 0.5, 1.0)
    assert read_loop(tmp_path / "a.wav", 2).slices_s == ()
