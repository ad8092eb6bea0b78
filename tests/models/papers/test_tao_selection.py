"""The paper's selection: candidates at the steps, binary activations, zero padding, MFCCs."""

import numpy as np
import pytest

from models.papers.tao.selection import PaperSelection, on_steps, similarities
from models.papers.tao.separation import PaperSeparator, with_cymbals_summed
from models.plugins import Onset, TempoGuess, Transcription

RATE = 16000
TEMPO = (TempoGuess(120.0, 4),)


def stem_of(times_s: list[float], gains: list[float], length_s: float = 2.0) -> np.ndarray:
    """A decaying tone, played at times with gains, cut at the end."""
    at = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * 200 * at) * np.exp(-at / 0.05)
    out = np.zeros(round((length_s + 1) * RATE))
    for time_s, gain in zip(times_s, gains, strict=True):
        start = round(time_s * RATE)
        out[start : start + RATE] += gain * tone
    return out[None, : round(length_s * RATE)].astype(np.float32)


def test_the_spoilt_candidate_loses() -> None:
    stem = stem_of([0.0, 0.5, 1.0], [1.0, 1.0, 1.0])
    stem[0, 8000:9600] += 0.5 * np.random.default_rng(1).standard_normal(1600)
    marks = similarities(stem, RATE, [0.0, 0.5, 1.0])
    assert marks.shape == (3,) and marks.argmax() == 2  # the first second holds the noise, too


def test_a_lone_hit_renders_its_stem_exactly_and_nothing_goes_round_the_end() -> None:
    stem = stem_of([1.5], [0.4])
    assert similarities(stem, RATE, [1.5]) == pytest.approx([1.0], abs=1e-5)
    made = PaperSelection().extract(stem, RATE, {"kick": stem}, Transcription((Onset("kick", 1.5, 0.4),), TEMPO))
    shot = made.shots["kick"]
    assert shot.audio.shape[1] <= RATE // 2 and np.abs(shot.audio).max() == pytest.approx(np.abs(stem).max(), rel=0.05)


def test_hits_go_to_their_steps_and_lose_their_velocity() -> None:
    hits = (Onset("kick", 0.006, 0.3), Onset("snare", 0.503, 0.6), Onset("kick", 1.246, 0.9), Onset("kick", 1.995, 0.2))
    moved = on_steps(Transcription(hits, TEMPO), 2.0)
    assert [(hit.track, hit.time_s, hit.velocity) for hit in moved.onsets] == [
        ("kick", 0.0, 1.0), ("snare", 0.5, 1.0), ("kick", 1.25, 1.0)]


def test_corrected_hits_stay_as_they_are() -> None:
    stem = stem_of([0.01, 0.5], [1.0, 0.5])
    hits = Transcription((Onset("kick", 0.01, 1.0), Onset("kick", 0.5, 0.5)), TEMPO)
    assert PaperSelection().revise(stem, RATE, {}, hits).transcription is hits


def test_cymbals_become_one_stem() -> None:
    stems = {name: np.full((1, 4), value, np.float32) for name, value in
             {"kick": 1.0, "tom": 2.0, "hihat": 3.0, "ride": 4.0, "crash": 5.0}.items()}
    summed = with_cymbals_summed(stems)
    assert {name: float(stem[0, 0]) for name, stem in summed.items()} == {"kick": 1.0, "tom": 2.0, "hihat": 12.0}


@pytest.mark.parametrize("rate", [44100, 48000])
def test_another_separators_stems_are_summed(rate: int) -> None:
    noise = np.random.default_rng(1).standard_normal((2, rate)).astype(np.float32)
    hits = Transcription((Onset("kick", 0.1), Onset("ride", 0.4)), TEMPO)
    stems = PaperSeparator("template-masks").separate(noise, rate, hits)
    assert set(stems) == {"kick", "hihat"}
    assert all(stem.shape == noise.shape for stem in stems.values())
