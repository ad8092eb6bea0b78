"""The losses: a multi-resolution STFT distance of mixtures, ten times the cross entropy of onsets, and the cross
entropy of the kit.

Windows of 2048 to 256, a quarter window apart, linear and logarithmic magnitudes, and the weights are the authors'.
Ours: the floor under the logarithm, no spectral convergence, and onset targets that are one half beside an onset.
"""

import torch
from torch import Tensor
from torch.nn import functional

from models.papers.idm.network import Played

WINDOWS = (2048, 1024, 512, 256)
ONSET_WEIGHT = 10.0
_FLOOR = 1e-3


def spectral_distance(found: Tensor, wanted: Tensor) -> Tensor:
    """The mean over windows of the absolute differences of magnitudes and of their logarithms, of (batch, frames)."""
    total = found.new_zeros(())
    for frames in WINDOWS:
        window = torch.hann_window(frames, device=found.device)
        one, other = (torch.stft(audio, frames, frames // 4, window=window, pad_mode="constant", normalized=True,
                                 return_complex=True).abs() for audio in (found, wanted))
        total = total + (one - other).abs().mean() + (torch.log(one + _FLOOR) - torch.log(other + _FLOOR)).abs().mean()
    return total / len(WINDOWS)


def idm_loss(found: Played, audio: Tensor, onsets: Tensor, kits: Tensor) -> Tensor:
    """The sum of all three. audio (batch, frames); onsets (batch, classes, stft_frames) 0..1; kits (batch,)."""
    heard = found.described
    return (spectral_distance(found.audio, audio)
            + ONSET_WEIGHT * functional.binary_cross_entropy_with_logits(heard.onsets, onsets)
            + functional.cross_entropy(heard.kits, kits))
