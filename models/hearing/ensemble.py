"""A loop through the networks: curves of every drum over the loop, its other end as context."""

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
from models.weights.shipped import load_weights, save_weights

CONTEXT_STFT_FRAMES = 100


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What the networks say, each (stft_frames, drums), context included: mean chances of an onset, logits,
    velocities 0..1, offsets in STFT frames; presence (drums,) chances; sound (stft_frames, bands): the
    spectrogram. `first` is the STFT frame of the loop's start, `frames` its length in STFT frames."""

    chances: np.ndarray
    logits: np.ndarray
    velocities: np.ndarray
    offsets: np.ndarray
    presence: np.ndarray
    sound: np.ndarray
    first: int
    frames: float


class Ears:
    """One or several networks whose opinions are averaged."""

    def __init__(self, nets: list[TaoNet]) -> None:
        self.nets = nn.ModuleList(nets).eval()
        self.listen = LogSpectrogram()

    @property
    def networks(self) -> list[TaoNet]:
        """The networks."""
        return list(self.nets)  # type: ignore[arg-type]

    @torch.no_grad()
    def curves(self, mono: np.ndarray, sample_rate: int, circular: bool) -> Curves:
        """Listen to mono audio (frames,) of any level."""
        rate, hop = self.listen.settings.sample_rate, self.listen.settings.hop_frames
        audio = resampled(mono[None], sample_rate, rate, circular)[0]
        audio = audio / max(float(np.abs(audio).max()), 1e-9)
        context = CONTEXT_STFT_FRAMES * hop
        padded = np.pad(audio, context, mode="wrap" if circular else "constant").astype(np.float32)
        sound = self.listen(torch.from_numpy(padded)[None])
        all_heard = [net(sound) for net in self.nets]
        logits = torch.stack([heard.onsets[0] for heard in all_heard])
        chances = torch.sigmoid(logits).mean(dim=0)
        velocities = torch.stack([torch.sigmoid(heard.velocities[0]) for heard in all_heard]).mean(dim=0)
        offsets = torch.stack([heard.offsets[0] for heard in all_heard]).mean(dim=0)
        presence = torch.stack([torch.sigmoid(heard.presence[0]) for heard in all_heard]).mean(dim=0)
        return Curves(chances.numpy(), logits.mean(dim=0).numpy(), velocities.numpy(), offsets.numpy(),
                      presence.numpy(), sound[0].numpy(), CONTEXT_STFT_FRAMES, len(audio) / hop)


def open_ears(path: Path, sha256: str | None = None) -> tuple[Ears, dict[str, Any]]:
    """The networks of a weights file, and all that it tells. Raises WeightsMissing."""
    tensors, told = load_weights(path, sha256)
    if told.get("network") != "tao":
        raise WeightsMissing(f"{path} holds a network called {told.get('network')!r}, and 'tao' is wanted.")
    shape = dict(told["settings"])
    shape |= {name: tuple(shape[name]) for name in ("stem", "dilations")}
    nets = []
    for number in range(told.get("nets", 1)):
        net = TaoNet(TaoNetSettings(**shape))
        own = {name.partition(".")[2]: value for name, value in tensors.items() if name.startswith(f"{number}.")}
        try:
            net.load_state_dict(own)
        except RuntimeError:                           # torch lists every tensor: the sentence is ours
            raise WeightsMissing(f"{path} was written by another version of Tao, and this one cannot read it. Train "
                                 "it again with `tao_live.py train transcriber`.") from None
        nets.append(net)
    return Ears(nets), told


def save_ears(path: Path, nets: Sequence[TaoNet], told: Mapping[str, Any]) -> str:
    """Write networks of one shape as `open_ears` reads them; return the file's SHA-256."""
    tensors = {f"{number}.{name}": value for number, net in enumerate(nets)
               for name, value in net.state_dict().items()}
    return save_weights(path, tensors, {"network": "tao", "nets": len(nets), "settings": asdict(nets[0].settings),
                                        **told})
