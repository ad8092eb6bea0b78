import numpy as np

from models.papers.tao.select import Select, similarities
from models.plugins import Onset, TempoGuess, Transcription
from tests.models.loops import RATE, audio_of, noise, onsets_of, pattern_of


def lone_snare():
    pattern = pattern_of(snare="x...x...x...x...")
    return np.ascontiguousarray(audio_of(pattern, 60.0).T), tuple(onsets_of(pattern, 4.0))


def test_a_clean_hit_renders_its_stem_best_and_a_spoilt_one_worst():
    stem, hits = lone_snare()
    spoilt = stem.copy()
    start = round(hits[1].time_s * RATE)
    spoilt[:, start : start + RATE] += noise(1.0, level=0.3)
    marks = similarities(spoilt, RATE, hits)
    assert marks.argmin() == 1
    assert similarities(stem, RATE, hits).min() > 0.99


def test_the_winner_is_cut_one_second_long_at_full_velocity():
    stem, hits = lone_snare()
    soft = [Onset("snare", onset.time_s, 0.5) for onset in hits]
    made = Select().extract(stem, RATE, {"snare": stem}, Transcription(tuple(soft), (TempoGuess(60.0, 4),)))
    shot = made.shots["snare"]
    assert shot.audio.shape[1] <= RATE
    assert np.abs(shot.audio).max() > 1.8 * np.abs(stem).max()


def test_a_slice_longer_than_the_loop_is_the_loop():
    stem, hits = lone_snare()
    assert similarities(stem[:, : RATE // 2], RATE, hits[:1]).shape == (1,)


def test_progress_is_told_for_every_drum():
    stem, hits = lone_snare()
    fractions = []
    both = Transcription((*hits, Onset("kick", 0.5)), (TempoGuess(60.0, 4),))
    Select().extract(stem, RATE, {}, both, fractions.append)
    assert fractions == [0.0, 0.5]
