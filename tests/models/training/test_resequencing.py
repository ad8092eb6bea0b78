"""Pairs with known answers: the source's sounds at the target's hits."""

import numpy as np
import pytest
import torch

from models.papers.rhythm.conditions import DRUMS
from models.papers.rhythm.encoder import COLUMNS, RATE, STRIDE
from models.training.synthesis.bank import Bank, Shot, Sounds
from models.training.synthesis.patterns import Grooves
from models.training.synthesis.resequencing import Made, RhythmSynthesis, draw_pair, heard_as, in_a_room

HIHAT = 3


@pytest.fixture
def bank() -> Bank:
    """A kick, a snare and a hi-hat, of noise."""
    rng = np.random.default_rng(1)
    frames = 4000
    audio = (rng.normal(size=3 * frames) * np.tile(np.exp(-np.arange(frames) / 600), 3)).astype(np.float32)
    shots = tuple(Shot(drum, "kit", "kit", f"a{drum}", 0, number * frames, frames, "")
                  for number, drum in enumerate((0, 1, HIHAT)))
    return Bank(Sounds(audio / np.abs(audio).max(), shots, ((0,), (1,), (2,))))


def test_the_answer_has_the_targets_hits_and_length(bank):
    pair = draw_pair(np.random.default_rng(4), bank, Grooves(), 2.0, 3.0)
    assert len(pair.source.audio) == 2 * RATE
    assert len(pair.answer.audio) == len(pair.target.audio) == 3 * RATE
    assert set(pair.answer.at_frames) <= set(pair.target.at_frames)
    assert set(pair.answer.drums) <= set(pair.source.drums)


def test_source_and_answer_are_put_into_the_same_room_and_the_target_is_not(bank):
    pair = draw_pair(np.random.default_rng(4), bank, Grooves(), 2.0, 3.0)
    wet = in_a_room(pair, np.random.default_rng(2))
    assert wet.target is pair.target
    for before, after in ((pair.source, wet.source), (pair.answer, wet.answer)):
        assert len(after.audio) == len(before.audio)
        assert np.corrcoef(before.audio, after.audio)[0, 1] > 0.7
        assert np.quantile(np.abs(after.audio), 0.2) > np.quantile(np.abs(before.audio), 0.2)


def test_a_batch_is_always_the_same_and_another_one_is_not(bank):
    one, again = (RhythmSynthesis(bank, Grooves(), 7, 2).batch(3) for _ in range(2))
    other = RhythmSynthesis(bank, Grooves(), 7, 2).batch(4)
    assert torch.equal(one.answer, again.answer) and torch.equal(one.r_target, again.r_target)
    assert not torch.equal(one.answer, other.answer)
    assert one.source.shape == (2, COLUMNS * STRIDE) and one.r_source.shape == (2, len(DRUMS), COLUMNS)


def test_r_peaks_where_a_drum_is_hit():
    loop = Made(np.zeros(40 * STRIDE, np.float32), np.array([0, 5]), np.array([10 * STRIDE + 256, 20 * STRIDE + 256]),
                np.ones(2))
    r = heard_as(loop)
    assert r[0].argmax() == 10 and r[0].max() == pytest.approx(1.0)
    assert r[DRUMS.index("cymbal")].argmax() == 20
    assert r[[1, 2, 3]].max() == 0.0
