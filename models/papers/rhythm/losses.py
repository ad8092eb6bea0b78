"""What the stages are trained on: distances of spectra, the latent's prior, and the attention's diversity.

spectral_loss is the distance of RAVE's first stage (Caillon & Esling, 2021): STFT magnitudes at several resolutions,
linear and logarithmic. The linear part is taken octave by octave, so that quiet highs count as much as a loud kick.
"""

from itertools import pairwise

import torch
from torch import Tensor

_WINDOWS = (2048, 512, 128)
_FLOOR = 1e-3
_OCTAVES = 7


def spectral_loss(true: Tensor, found: Tensor) -> Tensor:
    """How far audio (batch, frames) is from its reference, a scalar from 0 up."""
    return torch.stack([_distance(true, found, size) for size in _WINDOWS]).mean()


def _distance(true: Tensor, found: Tensor, size: int) -> Tensor:
    one, other = _magnitudes(true, size), _magnitudes(found, size)
    linear = []
    for low, high in _octaves(size // 2 + 1):
        a, b = one[:, low:high], other[:, low:high]
        apart = (a - b).square().sum(dim=(1, 2)).clamp(min=1e-12).sqrt()
        linear.append((apart / (a.square().sum(dim=(1, 2)).sqrt() + 0.05)).mean())
    logarithmic = (torch.log(one + _FLOOR) - torch.log(other + _FLOOR)).abs().mean()
    return torch.stack(linear).mean() + logarithmic


def _magnitudes(audio: Tensor, size: int) -> Tensor:
    window = torch.hann_window(size, device=audio.device)
    spectrum = torch.stft(audio, size, size // 4, window=window, center=True, return_complex=True)
    return (spectrum.real.square() + spectrum.imag.square() + 1e-10).sqrt() / window.sum().sqrt()


def _octaves(bins: int) -> list[tuple[int, int]]:
    """The bins of each octave below the top one, and all that is lower."""
    edges = [0, *sorted({max(bins >> octave, 1) for octave in range(_OCTAVES)})]
    return list(pairwise(edges))


def prior_loss(mu: Tensor, sigma: Tensor) -> Tensor:
    """The Kullback-Leibler divergence of the posterior from a standard normal, a mean over all its numbers."""
    return 0.5 * (mu.square() + sigma.square() - 1.0 - 2.0 * sigma.log()).mean()


def diversity(attention: Tensor) -> Tensor:
    """How differently the heads look, 0..1, of attention (batch, heads, queries, keys), each row summing to 1.

    The entropy of the heads' mean minus the mean of their entropies, over its largest value: the Jensen-Shannon
    divergence. The paper names an attention entropy loss that promotes head diversity, and not its formula.
    """
    most = torch.log(torch.tensor(float(max(attention.shape[1], 2)), device=attention.device))
    return ((_entropy(attention.mean(dim=1)) - _entropy(attention).mean(dim=1)) / most).mean()


def _entropy(shares: Tensor) -> Tensor:
    return -(shares * (shares + 1e-9).log()).sum(dim=-1)
