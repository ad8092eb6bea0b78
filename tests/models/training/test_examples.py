"""Loops with known answers are what they say they are."""

import numpy as np
import torch

from models.hearing.peak_picking import activation_peaks
from models.hearing.spectrogram import STFT_FRAMES_PER_S
from models.training.synthesis.bank import OTHER, RATE
from models.training.synthesis.examples import Hits, Synthesis, targets
from models.training.synthesis.patterns import Grooves, draw_strokes
from models.training.synthesis.rendering import StrokeTable, render, scattered


def test_a_step_always_makes_the_same_batch(synthesis: Synthesis) -> None:
    one, other = synthesis.batch(7), synthesis.batch(7)
    assert torch.equal(one.audio, other.audio)
    assert torch.equal(one.onsets, other.onsets)
    assert not torch.equal(one.audio[:, :1000], synthesis.batch(8).audio[:, :1000])


def test_every_batch_is_finite_and_has_hits(synthesis: Synthesis) -> None:
    for step in range(6):
        batch = synthesis.batch(step)
        assert torch.isfinite(batch.audio).all()
        assert float(batch.audio.abs().max()) <= 1.0
        assert float(batch.onsets.amax()) > 0.5
        assert set(batch.present.unique().tolist()) <= {0.0, 1.0}


def score(rng: np.random.Generator) -> StrokeTable:
    sounds = rng.standard_normal(5000).astype(np.float32)
    hits = 40
    start = rng.integers(0, 3000, hits)
    return StrokeTable(sounds, rng.integers(0, 3, hits), rng.integers(0, 2600, hits), start,
                 rng.integers(1, 2000, hits), rng.random(hits).astype(np.float32), np.array([True, False, True]), 2600,
                 rng.integers(0, 7, hits))


def test_the_scatter_add_of_a_gpu_equals_the_compiled_loop(rng: np.random.Generator) -> None:
    made = score(rng)
    cpu = torch.device("cpu")
    assert torch.allclose(render(made, cpu), scattered(made, cpu), atol=1e-5)


def test_tails_wrap_only_where_the_loop_says_so() -> None:
    sounds = np.ones(1000, np.float32)
    one = np.zeros(2, np.int64)
    both = StrokeTable(sounds, np.array([0, 1]), one + 1500, one, one + 1000, np.ones(2, np.float32),
                 np.array([True, False]), 2000, one)
    audio = render(both, torch.device("cpu"))
    assert float(audio[0, :300].min()) > 0.9
    assert float(audio[1, :300].abs().max()) == 0.0
    assert abs(float(audio[1, 1999])) < 0.01           # a cut sound fades


def test_a_target_peaks_where_the_hit_is_on_every_turn_of_the_loop() -> None:
    loop_frames, hop = RATE, RATE // STFT_FRAMES_PER_S
    hits = Hits(np.array([0]), np.array([1]), np.array([22050 + 100]), np.array([0.5]), np.array([2]))
    onsets, velocities, offsets = targets(hits, np.array([11025]), np.array([False]), loop_frames, 3 * RATE, 1)
    found = activation_peaks(onsets[0], np.full(6, 0.3))
    expected = (np.array([0.25, 1.25, 2.25]) * RATE + 100) / hop
    assert np.allclose(found.places, expected, atol=0.05)
    assert set(found.drums) == {1}
    at = found.frames
    assert np.allclose(velocities[0, at, 1], 0.5)
    assert np.allclose(at + offsets[0, at, 1], expected, atol=1e-3)


def test_no_hit_comes_before_the_silence_ends() -> None:
    hits = Hits(np.array([0, 0]), np.array([0, 3]), np.array([0, 40000]), np.array([1.0, 1.0]), np.array([2]))
    onsets, _, _ = targets(hits, np.array([-8820]), np.array([True]), RATE, RATE, 1)
    found = activation_peaks(onsets[0], np.full(6, 0.3))
    assert np.allclose(found.places, [20.0])


def test_random_grooves_stay_inside_the_loop(rng: np.random.Generator) -> None:
    for beats in (1, 3, 4, 8):
        strokes = draw_strokes(rng, Grooves(), beats, beats * 0.5)
        assert ((strokes.beats >= 0) & (strokes.beats < beats + 0.5)).all()
        assert ((strokes.velocities > 0) & (strokes.velocities <= 1)).all()
        assert (strokes.drums <= OTHER).all()
