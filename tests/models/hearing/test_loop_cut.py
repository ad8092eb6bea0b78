"""The loop that a reading finds in a recording, cut out to the frame; its hits move along."""

import numpy as np
import pytest

from models.hearing.loop_cut import BEST_BEATS, cut_as_read
from models.plugins import Onset, TempoGuess, Transcription

RATE = 1000
KICK = Onset("kick", 0.0)


def recording(length_s: float) -> np.ndarray:
    """(2, frames): every frame has a value of its own."""
    return np.tile(np.arange(1, round(length_s * RATE) + 1, dtype=np.float32), (2, 1))


def heard(*tempi: TempoGuess, at: tuple[float, ...] = (0.0,)) -> Transcription:
    return Transcription(tuple(Onset("kick", time_s) for time_s in at), tempi)


def test_a_recording_that_is_all_loop_stays_as_it_is():
    audio = recording(2.0)
    cut = cut_as_read(audio, RATE, heard(TempoGuess(120.04, 4)))
    assert cut.whole and cut.audio is audio and cut.start_s == 0.0
    assert cut.transcription.tempo.bpm == pytest.approx(120.0)


def test_one_that_begins_elsewhere_is_turned_round():
    audio = recording(2.0)
    cut = cut_as_read(audio, RATE, heard(TempoGuess(120.0, 4, start_s=0.06), at=(0.06, 1.06, 0.01)))
    assert cut.whole and (cut.audio == np.roll(audio, -60, axis=1)).all()
    assert [onset.time_s for onset in cut.transcription.onsets] == pytest.approx([0.0, 1.0, 1.95])


def test_a_tail_is_cut_off_and_a_lead_too():
    audio = recording(3.0)
    cut = cut_as_read(audio, RATE, heard(TempoGuess(120.0, 4, start_s=0.5), at=(0.2, 0.5, 1.5, 2.7)))
    assert not cut.whole and cut.audio.shape == (2, 2000) and cut.start_s == pytest.approx(0.498)
    assert (cut.audio[0, 5:1990] == audio[0, 503:2488]).all()
    assert [onset.time_s for onset in cut.transcription.onsets] == pytest.approx([0.002, 1.002])
    assert cut.transcription.tempo.bpm == pytest.approx(120.0)


@pytest.mark.parametrize(("start_s", "beats", "silent"), [(-0.1, 3.5, slice(0, 98)), (0.0, 4.5, slice(2000, 2250))])
def test_what_was_not_recorded_is_silence(start_s, beats, silent):
    cut = cut_as_read(recording(2.0), RATE, heard(TempoGuess(120.0, beats, start_s=start_s), at=(0.5,)))
    assert cut.audio.shape[1] == round(beats * 500)
    assert not cut.audio[:, silent].any() and cut.audio[:, 500:1700].all()


def test_half_beats_are_cut_to_the_frame():
    cut = cut_as_read(recording(2.0), RATE, heard(TempoGuess(120.0, 3.5, 1.0, (7, 8))))
    assert cut.audio.shape == (2, 1750) and cut.transcription.tempo.time_signature == (7, 8)


def test_a_loop_longer_than_a_pattern_gives_the_bars_in_which_most_is_played():
    busy = [20.0 + 0.125 * step for step in range(128)]
    sparse = [0.5 * beat for beat in range(96)]
    onsets = tuple(Onset("kick", time_s) for time_s in sorted({*sparse, *busy}))
    cut = cut_as_read(recording(48.0), RATE, Transcription(onsets, (TempoGuess(120.0, 96),)))
    assert cut.transcription.tempo.beats == BEST_BEATS and cut.start_s == pytest.approx(20.0, abs=0.01)
    assert cut.transcription.tempo.bpm == pytest.approx(120.0, rel=1e-3)
    assert len(cut.transcription.onsets) == 128


def test_a_long_loop_whose_hits_a_pattern_holds_stays_whole():
    onsets = tuple(Onset("kick", 0.5 * beat) for beat in range(96))
    audio = recording(48.0)
    assert cut_as_read(audio, RATE, Transcription(onsets, (TempoGuess(120.0, 96),))).audio is audio
