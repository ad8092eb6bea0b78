"""Several networks on one loop, their outputs averaged. The loop's other end is its context."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.core.errors import WeightsMissing
from engine.library.resampling import resampled
from models.hearing.spectrogram import LogSpectrogram
from models.hearing.tcn import TaoNet, TaoNetSettings
from models.weights.files import load_weights, save_weights

CONTEXT_STFT_FRAMES = 100


@dataclass(frozen=True, slots=True, eq=False)
class LoopActivations:
    """The networks' mean outputs on a loop and its context.

    Each (stft_frames, drums): onsets, activations 0..1; logits of the onsets; velocities 0..1; offsets, in STFT frames.
    presence (drums,) 0..1: whether a drum sounds at all. spectrogram (stft_frames, bands): the input. `first` is the
    STFT frame of the loop's start, `frames` its length in STFT frames.
    """

    onsets: np.ndarray
    logits: np.ndarray
    velocities: np.ndarray
    offsets: np.ndarray
    presence: np.ndarray
    spectrogram: np.ndarray
    first: int
    frames: float


class Ensemble:
    """One or more networks whose outputs are averaged."""

    def __init__(self, nets: list[TaoNet]) -> None:
        self.nets = nn.ModuleList(nets).eval()
        self.front_end = LogSpectrogram()

    @property
    def networks(self) -> list[TaoNet]:
        """The networks."""
        return list(self.nets)  # type: ignore[arg-type]

    @torch.no_grad()
    def activations(self, mono: np.ndarray, sample_rate: int, circular: bool) -> LoopActivations:
        """The outputs for mono audio (frames,) of any level; circular: its other end is the context, else silence."""
        rate, hop = self.front_end.settings.sample_rate, self.front_end.settings.hop_frames
        audio = resampled(mono[None], sample_rate, rate, circular)[0]
        audio = audio / max(float(np.abs(audio).max()), 1e-9)
        context = CONTEXT_STFT_FRAMES * hop
        padded = np.pad(audio, context, mode="wrap" if circular else "constant").astype(np.float32)
        spectrogram = self.front_end(torch.from_numpy(padded)[None])
        outputs = [net(spectrogram) for net in self.nets]
        logits = torch.stack([output.onsets[0] for output in outputs])
        onsets = torch.sigmoid(logits).mean(dim=0)
        velocities = torch.stack([torch.sigmoid(output.velocities[0]) for output in outputs]).mean(dim=0)
        offsets = torch.stack([output.offsets[0] for output in outputs]).mean(dim=0)
        presence = torch.stack([torch.sigmoid(output.presence[0]) for output in outputs]).mean(dim=0)
        return LoopActivations(onsets.numpy(), logits.mean(dim=0).numpy(), velocities.numpy(), offsets.numpy(),
                               presence.numpy(), spectrogram[0].numpy(), CONTEXT_STFT_FRAMES, len(audio) / hop)


def open_ensemble(path: Path, sha256: str | None = None) -> tuple[Ensemble, dict[str, Any]]:
    """The networks of a weights file, and its metadata. Raises WeightsMissing."""
    tensors, metadata = load_weights(path, sha256)
    if metadata.get("network") != "tao":
        raise WeightsMissing(f"{path} holds weights of the network {metadata.get('network')!r}; 'tao' is needed here. "
                             "Name the weights.safetensors of `train transcriber`.")
    shape = dict(metadata["settings"])
    shape |= {name: tuple(shape[name]) for name in ("stem", "dilations")}
    nets = []
    for number in range(metadata.get("nets", 1)):
        net = TaoNet(TaoNetSettings(**shape))
        own = {name.partition(".")[2]: value for name, value in tensors.items() if name.startswith(f"{number}.")}
        try:
            net.load_state_dict(own)
        except RuntimeError:                           # torch lists every tensor; one sentence is enough
            raise WeightsMissing(f"{path} was written by another version of Tao, and this one cannot read it. Train "
                                 "it again with `tao_live.py train transcriber`.") from None
        nets.append(net)
    return Ensemble(nets), metadata


def save_ensemble(path: Path, nets: Sequence[TaoNet], metadata: Mapping[str, Any]) -> str:
    """Write networks of one shape as `open_ensemble` reads them; return the file's SHA-256."""
    tensors = {f"{number}.{name}": value for number, net in enumerate(nets)
               for name, value in net.state_dict().items()}
    return save_weights(path, tensors, {"network": "tao", "nets": len(nets), "settings": asdict(nets[0].settings),
                                        **metadata})
