"""Training loops are those of Fig. 4, and the network's input is that of section 3.2.2."""

import numpy as np
import pytest
import torch

from models.papers.tao.features import INPUT, input_spectrogram
from models.papers.tao.synthesis import LOOP_FRAMES, PaperSynthesis


@pytest.fixture
def synthesis() -> PaperSynthesis:
    """Batches of three loops of clicks: a kick of 100 frames, a snare of one, a hi-hat longer than a second."""
    shots = [[np.ones(100, np.float32)], [np.ones(1, np.float32)], [np.full(20000, 0.1, np.float32)]]
    return PaperSynthesis(shots, 7, torch.device("cpu"), rows=3)


def test_a_loop_is_its_stems_and_its_targets_are_its_steps(synthesis: PaperSynthesis) -> None:
    batch = synthesis.batch(4)
    assert batch.audio.shape == (3, LOOP_FRAMES)
    assert torch.allclose(batch.stems.sum(dim=1), batch.audio, atol=1e-6)
    assert batch.audio.abs().amax(dim=1) == pytest.approx(1.0)
    assert batch.onsets.shape == (3, 400, 3)
    assert set(batch.steps.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(batch.onsets.sum(dim=1), batch.steps.sum(dim=2))
    for row in range(3):
        snare = batch.stems[row, 1] / batch.shots[row, 1, 0]
        step_frames = 30 * 16000 / int(batch.bpm[row])
        heard = {round(int(frame) / step_frames) for frame in torch.nonzero(snare > 0.4)[:, 0]}
        assert heard == set(torch.nonzero(batch.steps[row, 1])[:, 0].tolist())
        times = torch.nonzero(batch.onsets[row, :, 1])[:, 0] / 100
        assert torch.allclose(times, torch.tensor(sorted(heard)) * step_frames / 16000, atol=0.0051)


def test_after_eight_steps_and_the_tails_there_is_silence(synthesis: PaperSynthesis) -> None:
    batch = synthesis.batch(0)
    for row in range(3):
        end = round(8 * 30 * 16000 / int(batch.bpm[row])) + 16000
        assert float(batch.audio[row, end:].abs().max() if end < LOOP_FRAMES else 0.0) < 1e-5


def test_every_batch_is_new_and_follows_from_its_number(synthesis: PaperSynthesis) -> None:
    assert torch.equal(synthesis.batch(1).audio, synthesis.batch(1).audio)
    assert not torch.equal(synthesis.batch(1).steps, synthesis.batch(2).steps)
    tempi = torch.cat([synthesis.batch(number).bpm for number in range(40)])
    assert int(tempi.min()) >= 60 and int(tempi.max()) <= 200 and len(tempi.unique()) > 40


def test_the_input_is_512_samples_a_frame_and_100_frames_a_second() -> None:
    assert (INPUT.window_frames, INPUT.hop_frames, INPUT.min_hz, INPUT.max_hz) == (512, 160, 20.0, 8000.0)
    front_end = input_spectrogram()
    assert front_end(torch.zeros(2, LOOP_FRAMES)).shape == (2, 400, front_end.bands)
