"""Effects keep loops finite, circular and as loud as they were."""

import numpy as np
import torch

from models.training.synthesis.production import _coded, _driven, _folds, bus_gain, produced, produced_parts


def loops(rng: np.random.Generator, rows: int = 6, frames: int = 22050) -> torch.Tensor:
    audio = np.zeros((rows, frames), np.float32)
    for row in range(rows):
        for at in rng.integers(0, frames, 6):
            burst = rng.standard_normal(2000) * np.exp(-np.arange(2000) / 400)
            audio[row, (at + np.arange(2000)) % frames] += burst
    return torch.from_numpy(audio)


def test_everything_leaves_at_peak_one(rng: np.random.Generator) -> None:
    for _ in range(8):
        out = produced(loops(rng), rng, share=1.0)
        assert torch.isfinite(out).all()
        assert torch.allclose(out.abs().amax(dim=1), torch.ones(len(out)), atol=1e-5)


def test_a_loop_that_is_not_produced_is_only_scaled(rng: np.random.Generator) -> None:
    audio = loops(rng)
    out = produced(audio, rng, share=0.0)
    assert torch.allclose(out * audio.abs().amax(dim=1, keepdim=True), audio, atol=1e-6)


def test_a_compressor_brings_loud_and_soft_together(rng: np.random.Generator) -> None:
    audio = loops(rng, frames=4 * 44100)
    audio[:, 88200:] *= 0.1
    audio = audio / audio.abs().amax(dim=1, keepdim=True)
    squeezed = audio * bus_gain(audio, rng)

    def contrast(x: torch.Tensor) -> torch.Tensor:
        return x[:, 10000:80000].square().mean(dim=1) / x[:, 110000:].square().mean(dim=1).clamp(min=1e-12)

    assert (contrast(squeezed) <= contrast(audio) * 1.001).all()
    assert float(contrast(squeezed).mean()) < 0.7 * float(contrast(audio).mean())


def test_stems_that_add_up_to_the_loop_do_so_afterwards(rng: np.random.Generator) -> None:
    stems = torch.stack([loops(rng), loops(rng), loops(rng)], dim=1)
    parts = torch.cat([stems.sum(dim=1, keepdim=True), stems], dim=1)
    for seed in range(6):
        out = produced_parts(parts, np.random.default_rng(seed), share=1.0)
        missing = (out[:, 0] - out[:, 1:].sum(dim=1)).abs()              # noise, dust, rounding
        assert float(missing.square().mean().sqrt()) < 0.03
        assert torch.allclose(out[:, 0], produced(parts[:, 0], np.random.default_rng(seed), share=1.0), atol=1e-5)


def test_nothing_but_noise_belongs_to_no_stem(rng: np.random.Generator) -> None:
    stems = torch.stack([loops(rng), loops(rng)], dim=1)
    parts = torch.cat([stems.sum(dim=1, keepdim=True), stems], dim=1)
    driven = _driven(parts, rng)
    assert torch.allclose(driven[:, 0], driven[:, 1:].sum(dim=1), atol=1e-5)


def test_a_codec_drops_what_is_weak_and_keeps_the_sum(rng: np.random.Generator) -> None:
    stems = torch.stack([loops(rng), 0.01 * loops(rng)], dim=1)
    parts = torch.cat([stems.sum(dim=1, keepdim=True), stems], dim=1)
    coded = _coded(parts, rng)
    lost = (coded - parts)[:, 0].square().mean(dim=1) / parts[:, 0].square().mean(dim=1)
    assert ((lost > 1e-5) & (lost < 0.1)).all()
    assert torch.allclose(coded[:, 0], coded[:, 1:].sum(dim=1), atol=1e-5)


def test_width_combs_some_loops_and_leaves_the_others_alone(rng: np.random.Generator) -> None:
    folds = _folds(rng, 200, 4410, torch.device("cpu")).abs()[:, 0]
    combed = (folds - 1.0).abs().amax(dim=1) > 0.05
    assert 20 < int(combed.sum()) < 90
    assert torch.equal(folds[~combed], torch.ones_like(folds[~combed]))
