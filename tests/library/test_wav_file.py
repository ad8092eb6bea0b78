"""WAV files that other programs and hardware read, with their marks."""

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.core.errors import InvalidValue, UnreadableAudio
from engine.library.audio_files import write_wav
from engine.library.export_settings import ExportSettings
from engine.library.wav_file import Marks, full_scale_gain, marked_beats, marks_of, read_marks, write_marked_wav
from tests.library.foreign import run
from tests.library.values import RATE, sound

LOOP = Marks(123.5, 8, (3, 4), slices=((0, "kick"), (4800, "hihat"), (9601, "perc 1")))
ONE_SHOT = Marks(root_note=42, one_shot=True)


def written(path: Path, marks: Marks, **settings) -> Path:
    write_marked_wav(path / "a.wav", sound(1, 12000), RATE, ExportSettings(**settings), marks)
    return path / "a.wav"


@pytest.mark.parametrize("marks", [LOOP, ONE_SHOT, Marks()])
@pytest.mark.parametrize("bits", [16, 24, 32])
def test_marks_are_read_back(tmp_path: Path, marks: Marks, bits: int) -> None:
    found = read_marks(written(tmp_path, marks, bits=bits))
    assert (found.tempo_bpm, found.beats, found.one_shot, found.slices) == (
        marks.tempo_bpm, marks.beats, marks.one_shot, marks.slices)
    assert found.root_note == (60 if marks is LOOP else marks.root_note)
    assert marks.beats is None or found.time_signature == marks.time_signature


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_audio_comes_back_within_its_last_bit(tmp_path: Path, bits: int) -> None:
    audio, rate = soundfile.read(written(tmp_path, LOOP, bits=bits), dtype="float32")
    assert rate == RATE and np.abs(audio - sound(1, 12000)).max() <= (0.0 if bits == 32 else 2.0 ** (1 - bits))


@pytest.mark.parametrize("bits", [16, 24])
def test_integers_are_plain_pcm_that_the_simplest_reader_opens(tmp_path: Path, bits: int) -> None:
    with wave.open(str(written(tmp_path, LOOP, bits=bits, mono=True, sample_rate=44100))) as file:
        assert (file.getsampwidth(), file.getnchannels(), file.getframerate()) == (bits // 8, 1, 44100)
        assert file.getnframes() == 11025


def test_slices_move_with_the_sample_rate(tmp_path: Path) -> None:
    assert read_marks(written(tmp_path, LOOP, sample_rate=24000)).slices[1] == (2400, "hihat")


def test_sox_and_libsndfile_read_the_marks(tmp_path: Path) -> None:
    path = written(tmp_path, LOOP)
    said = run(tmp_path, "soxi", path)
    assert "24-bit" in said and "12000 samples" in said
    said = run(tmp_path, "sndfile-info", path)
    for line in ("Beats     : 8", "Meter     : 3/4", "Tempo     : 123.5", "Pos :  4800",
                 "labl : 3 : perc 1", "End : 11999"):
        assert line in said, said


def test_libsndfile_reads_a_one_shots_note(tmp_path: Path) -> None:
    said = run(tmp_path, "sndfile-info", written(tmp_path, ONE_SHOT))
    assert "Midi Note    : 42" in said, said


def test_full_scale_gain_lowers_only_what_is_too_loud() -> None:
    soft, loud = np.float32([[0.5, -0.5]]), np.float32([[0.5, -2.0]])
    assert full_scale_gain(ExportSettings(), soft) == 1.0 and full_scale_gain(ExportSettings(), soft, loud) == 0.5
    assert full_scale_gain(ExportSettings(bits=32), loud) == 1.0


def test_what_is_no_wav_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")
    with pytest.raises(UnreadableAudio, match="is not a WAV"):
        read_marks(tmp_path / "a.wav")


def test_a_wav_without_marks_has_none(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", sound(1), RATE)
    assert read_marks(tmp_path / "a.wav") == Marks()


@pytest.mark.parametrize("wrong", [{"bits": 12}, {"sample_rate": 100}])
def test_impossible_settings_are_refused(wrong) -> None:
    with pytest.raises(InvalidValue, match="asked for"):
        ExportSettings(**wrong)


@pytest.mark.parametrize(("tempo_bpm", "beats", "found"), [
    (120.0, 4, 4), (120.1, 4, 4), (130.0, 4, None), (120.0, 3, None), (5.0, 4, None), (None, 4, None)])
def test_beats_are_believed_if_tempo_and_length_agree(tmp_path: Path, tempo_bpm: float | None, beats: int,
                                                      found: int | None) -> None:
    write_marked_wav(tmp_path / "a.wav", sound(1, 2 * RATE), RATE, ExportSettings(), Marks(tempo_bpm, beats))
    assert marked_beats(marks_of(tmp_path / "a.wav"), 2.0) == found


def test_what_is_no_loop_has_no_beats(tmp_path: Path) -> None:
    write_marked_wav(tmp_path / "a.wav", sound(1, 100), RATE, ExportSettings(), Marks(root_note=36, one_shot=True))
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    assert [marked_beats(marks_of(tmp_path / name), 1.0) for name in ("a.wav", "b.wav", "none.wav")] == [None] * 3
