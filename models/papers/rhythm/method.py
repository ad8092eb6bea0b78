"""`latent`: the rhythm of a target recording on the timbre of a source, through a latent and a transformer.

The networks know segments of three seconds. A longer target is transformed in overlapping ones, each from as much of
the source; their latents are cross-faded and decoded in one go.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.core.errors import WeightsMissing
from engine.library.resampling import resampled
from models.hearing.monaural import monaural
from models.papers.rhythm.encoder import COLUMNS, RATE, STRIDE
from models.papers.rhythm.probabilities import Listener
from models.papers.rhythm.recipe import Vae
from models.papers.rhythm.transformer import RhythmTransformer
from models.plugins import Audio
from models.weights.files import load_own

NETWORK = "rhythm-2025"
_STEP = 3 * COLUMNS // 4     # from one segment to the next; the rest is cross-faded
_EDGE = 16                   # columns of the loop's other end that the generator sees at its ends
_SEED = 1


class Latent:
    """weights: the weights.safetensors of `train rhythm`; empty for the shipped ones. Raises WeightsMissing."""

    def __init__(self, weights: str = "") -> None:
        path, tensors, metadata = load_own(weights, "rhythm")
        if metadata.get("network") != NETWORK:
            raise WeightsMissing(f"{path} holds weights of the network {metadata.get('network')!r}; {NETWORK!r} is "
                                 "needed here. Name the weights.safetensors of `train rhythm`.")
        self.vae, self.transformer, self._listener = Vae().eval(), RhythmTransformer().eval(), Listener()
        for name, net in (("vae.", self.vae), ("transformer.", self.transformer)):
            _load(net, {key.removeprefix(name): value for key, value in tensors.items() if key.startswith(name)},
                  path)

    @torch.no_grad()
    def transform(self, source: Audio, target: Audio, sample_rate: int, amount: float = 1.0,
                  part: Audio | None = None) -> Audio:
        """(2, frames) float32 of loops (channels, frames): as long as the target, both channels alike. amount: 0 leaves
        the source's latent, 1 is the transformer's. part: what of the source to transform, as long as it; None for all.
        sigma is not sampled, so the same loops give the same result."""
        heard = [_mono(audio, sample_rate) for audio in (source, target)]
        (own, r_own), (wanted, r_wanted) = (self._columns(audio / _peak(audio)) for audio in heard)
        taken = heard[0] if part is None else _mono(part, sample_rate)
        own = own if part is None else _whole(taken / _peak(taken))
        mu = self._transformed(own, r_own, wanted, r_wanted, amount)
        mu = torch.cat([mu[:, :, -_EDGE:], mu, mu[:, :, :_EDGE]], dim=2)
        audio = self.vae.generator(mu, _SEED)[0, _EDGE * STRIDE : -_EDGE * STRIDE].numpy() * _peak(taken)
        whole = np.take(audio, np.arange(len(heard[1])), mode="wrap")    # the part of a column that was left out
        return np.repeat(_fitted(resampled(whole[None], RATE, sample_rate), target.shape[1]), 2, axis=0)

    def _columns(self, mono: np.ndarray) -> tuple[Tensor, Tensor]:
        """A loop as whole columns (1, frames) and r (1, drums, columns)."""
        whole = _whole(mono)
        return whole, torch.from_numpy(self._listener.hear(whole[0].numpy()))[None]

    def _transformed(self, own: Tensor, r_own: Tensor, wanted: Tensor, r_wanted: Tensor, amount: float) -> Tensor:
        """mu (1, LATENT, columns of the target)."""
        columns = r_wanted.shape[2]
        total, weight = torch.zeros(()), torch.zeros(columns)
        ramp = torch.linspace(1 / (COLUMNS - _STEP), 1.0, COLUMNS - _STEP)
        window = torch.cat([ramp, torch.ones(2 * _STEP - COLUMNS), ramp.flip(0)])
        for first in range(0, columns, _STEP):
            there, here = (torch.arange(first, first + COLUMNS) % r.shape[2] for r in (r_wanted, r_own))
            mu, _ = self.vae.encoder.latent(self.vae.encoder.activations(_taken(own, here)))
            a = self.vae.encoder.activations(_taken(wanted, there))
            made = self.transformer(mu, r_own[:, :, here], r_wanted[:, :, there], a).mu
            made = torch.lerp(mu, made, amount) * window
            total = total + torch.zeros(1, made.shape[1], columns).index_add_(2, there, made)
            weight = weight.index_add(0, there, window)
        return total / weight


def _mono(audio: Audio, sample_rate: int) -> np.ndarray:
    return np.asarray(resampled(monaural(audio)[None], sample_rate, RATE)[0])


def _peak(mono: np.ndarray) -> float:
    return max(float(np.abs(mono).max()), 1e-6)


def _whole(mono: np.ndarray) -> Tensor:
    """Whole columns (1, frames). The last part of a column is left out."""
    whole = mono[: max(len(mono) // STRIDE, 1) * STRIDE]
    return torch.from_numpy(np.pad(whole, (0, -len(whole) % STRIDE)).astype(np.float32))[None]


def _taken(audio: Tensor, columns: Tensor) -> Tensor:
    """These columns of audio (1, frames)."""
    return audio.unflatten(1, (-1, STRIDE))[:, columns].flatten(1)


def _fitted(audio: Audio, frames: int) -> Audio:
    """audio (1, any) cut, or repeated, to `frames`."""
    return np.take(audio, np.arange(frames), axis=1, mode="wrap").astype(np.float32)


def _load(net: nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    try:
        net.load_state_dict(tensors)
    except RuntimeError:
        raise WeightsMissing(f"{path} was written by another version of Tao, and this one cannot read it. Train it "
                             "again with `tao_live.py train rhythm`.") from None
