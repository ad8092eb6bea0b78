"""Effects keep loops finite, circular and as loud as they were."""

import numpy as np
import torch

from models.training.production import compressed, produced


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
    squeezed = compressed(audio, rng)

    def contrast(x: torch.Tensor) -> torch.Tensor:
        return x[:, 10000:80000].square().mean(dim=1) / x[:, 110000:].square().mean(dim=1).clamp(min=1e-12)

    assert (contrast(squeezed) <= contrast(audio) * 1.001).all()
    assert float(contrast(squeezed).mean()) < 0.7 * float(contrast(audio).mean())
