"""The network of the separator `tao`: the spectral branch of Hybrid Demucs, conditioned on the hits.

An encoder and decoder along frequency with skips, built from layers of the `demucs` package (Défossez, Hybrid
Spectrogram and Waveform Source Separation, MDX 2021). The hits enter where Hybrid Demucs injects its time branch. The
output corrects, band by band, the share that templates give each drum, so an untrained network is as good as the
templates.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import torch
from demucs.hdemucs import HDecLayer, HEncLayer, ScaledEmbedding
from torch import Tensor, nn

from engine.core.errors import WeightsMissing
from engine.core.pattern import TRACK_NAMES
from models.separation.folding import BANDS, Folding
from models.separation.inputs import Inputs
from models.weights.files import load_weights, save_weights

_NETWORK = "masks"
_DRUMS = len(TRACK_NAMES)
_AT_START = 0.1                   # scales the last layer's initial weights, so that corrections start small


@dataclass(frozen=True, slots=True)
class MaskNetSettings:
    """channels: of each level, outermost first; each level has a quarter of the bands of the one before."""

    channels: tuple[int, ...] = (32, 64, 128)


class MaskNet(nn.Module):
    """Inputs of a batch -> masks (rows, drums, bins, stft_frames) in 0..1 that add up to 1."""

    def __init__(self, settings: MaskNetSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or MaskNetSettings()
        widths = (1 + _DRUMS, *self.settings.channels)
        branches = {"compress": 4, "depth": 2, "init": 0.1}
        self.hits = nn.Conv1d(2 * _DRUMS, widths[1], 5, padding=2)
        self.heights = ScaledEmbedding(BANDS // 4, widths[1], smooth=True)
        self.encoder = nn.ModuleList(
            HEncLayer(one, other, norm=False, dconv_kw=branches)
            for one, other in pairwise(widths))
        self.decoder = nn.ModuleList(
            HDecLayer(other, one if one != widths[0] else _DRUMS, last=one == widths[0], norm=False,
                      context_freq=one != widths[0], dconv_kw=branches)
            for one, other in reversed(list(pairwise(widths))))
        self.trust = nn.Parameter(torch.ones(_DRUMS))
        with torch.no_grad():
            last = cast(HDecLayer, self.decoder[-1]).conv_tr
            last.weight.mul_(_AT_START)
            nn.init.zeros_(cast(Tensor, last.bias))

    def forward(self, inputs: Inputs, folding: Folding) -> Tensor:
        corrections = self.corrections(inputs.sound, inputs.activations)
        trust = self.trust[:, None, None]
        logits = trust * inputs.shares + folding.unfold(corrections.float())     # (rows, drums, bins, stft_frames)
        return torch.softmax(logits, dim=-3)

    def corrections(self, sound: Tensor, activations: Tensor) -> Tensor:
        """(rows, drums, bands, stft_frames), to be added to the natural logs of the shares."""
        x, hits = sound, self.hits(activations)              # hits (rows, channels, stft_frames)
        skips: list[Tensor] = []
        for level, layer in enumerate(self.encoder):
            x = layer(x, hits if level == 0 else None)       # (rows, channels[level], bands / 4 ** (level + 1), ...)
            if level == 0:
                heights = self.heights(torch.arange(x.shape[2], device=x.device))
                x = x + heights.t()[None, :, :, None]
            skips.append(x)
        x = torch.zeros_like(x)
        for layer in self.decoder:
            skip = skips.pop()
            x, _ = layer(x, skip, skip.shape[-1])
        return x


def save_mask_net(path: Path, net: MaskNet, metadata: Mapping[str, Any]) -> str:
    """Write a network as `open_mask_net` reads it; return the file's SHA-256."""
    return save_weights(path, net.state_dict(), {"network": _NETWORK, "settings": asdict(net.settings), **metadata})


def open_mask_net(path: Path, sha256: str | None = None) -> MaskNet:
    """The network of a weights file, ready for inference. Raises WeightsMissing."""
    tensors, metadata = load_weights(path, sha256)
    if metadata.get("network") != _NETWORK:
        raise WeightsMissing(f"{path} holds weights of the network {metadata.get('network')!r}; {_NETWORK!r} is needed "
                             "here. Name the weights.safetensors of `train separator`.")
    net = MaskNet(MaskNetSettings(channels=tuple(metadata["settings"]["channels"])))
    net.load_state_dict(tensors)
    return net.eval()
