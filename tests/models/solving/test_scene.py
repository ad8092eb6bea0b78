import numpy as np
import pytest
import torch

from models.solving import stft
from models.solving.scene import segments
from tests.models.solving.scenes import FRAMES, SHOT, scene


@pytest.mark.parametrize("circular", [True, False])
def test_gathering_is_the_adjoint_of_playing(circular):
    rng = torch.Generator().manual_seed(1)
    made = scene(circular)
    shots, loop = torch.randn(2, SHOT, generator=rng), torch.randn(FRAMES, generator=rng)
    there, back = (made.played(shots) * loop).sum(), (shots * made.gathered(loop)).sum()
    assert float(there) == pytest.approx(float(back), rel=1e-4)


def test_a_tail_wraps_round_the_end_of_a_circular_loop_only():
    shots = torch.ones(2, SHOT)
    assert scene(True, starts=(8000,), clusters=(0,)).played(shots)[: SHOT - 1000].sum() == SHOT - 1000
    assert scene(False, starts=(8000,), clusters=(0,)).played(shots)[:7999].abs().sum() == 0


def test_turning_a_circular_loop_turns_what_is_played():
    shots = torch.randn(2, SHOT, generator=torch.Generator().manual_seed(2))
    starts = np.array((0, 2500, 4100, 8000))
    before = scene(starts=starts).played(shots)
    after = scene(starts=(starts + 3000) % FRAMES).played(shots)
    assert (torch.roll(before, 3000) - after).abs().max() < 1e-5


def test_a_shot_that_begins_before_the_loop_ends_it():
    shots = torch.ones(2, SHOT)
    played = scene(starts=(-88,), clusters=(0,)).played(shots)
    assert played[-88:].sum() == 88
    assert played[: SHOT - 88].sum() == SHOT - 88


def test_power_is_placed_where_it_sounds():
    made = scene(starts=(stft.HOP_FRAMES * 8,), clusters=(0,))
    power = torch.ones(2, stft.stft_frames_of(SHOT), stft.BINS)
    placed = made.placed(power, np.ones(1))
    assert placed[:8].sum() == 0
    assert (placed[8 : 8 + len(power[0])] == 1).all()


def test_segments_go_round_the_end_or_into_silence():
    loop = torch.arange(10.0)
    assert segments(loop, np.array([8]), 4, True)[0].tolist() == [8, 9, 0, 1]
    assert segments(loop, np.array([-1]), 3, False)[0].tolist() == [0, 0, 1]
