"""How the Inverse Drum Machine is trained: on mixtures of a few kits, their annotated hits and the kit's number.

Adam at 0.005, clipped, as published; ours: a one-cycle rate with that peak, two kits and short circular loops in a
batch, so that a CPU makes a step a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.papers.idm.features import HOP_FRAMES, LogMel, stft_frames_of
from models.papers.idm.listening import NETWORK
from models.papers.idm.losses import idm_loss, spectral_distance
from models.papers.idm.network import KITS, IdmNet, Played
from models.papers.idm.synthesiser import SIZES
from models.training.synthesis.bank import Bank
from models.training.synthesis.examples import Synthesis
from models.training.synthesis.kit_loops import (
    AnnotatedHits,
    KitSounds,
    annotated,
    kit_loops,
    onset_targets,
    sounds_of,
    whole_kits,
)
from models.training.synthesis.rendering import render
from models.training.train.onset_scores import onset_scores
from models.weights.files import load_into, save_weights

LOOP_FRAMES = 66150
_KITS_IN_A_BATCH = 2


@dataclass(frozen=True, slots=True, eq=False)
class MixtureBatch:
    """audio (rows, frames) at peak 1; onsets (rows, stft_frames, classes); hits: where the annotation has them; kits
    (kits,): the kit of each run of rows / kits loops."""

    audio: Tensor
    onsets: Tensor
    hits: AnnotatedHits
    kits: Tensor

    @property
    def row_kits(self) -> Tensor:
        """The kit of each row."""
        return self.kits.repeat_interleave(len(self.audio) // len(self.kits))


class IdmCourse:
    """`idm`: transcriber, kit classifier and one-shot synthesiser of six kits."""

    name = "idm"
    peak_rate = 5e-3
    headline, best = "val_f", 1.0

    def __init__(self, device: torch.device, size: str = "small") -> None:
        self.net: nn.Module = IdmNet(SIZES[size]).to(device)
        self._size, self._device = size, device
        self._front_end = LogMel().to(device)
        self._kits: list[str] = []
        self._sounds: list[KitSounds] = []

    def meet(self, bank: Bank) -> None:
        """Choose the six kits."""
        self._kits = whole_kits(bank, KITS)
        self._sounds = [sounds_of(bank, kit) for kit in self._kits]

    def batch(self, synthesis: Synthesis, number: int) -> MixtureBatch:
        rng = np.random.default_rng((synthesis.seed, number))
        chosen = rng.permutation(len(self._kits))[:_KITS_IN_A_BATCH]
        each = -(-synthesis.settings.rows // len(chosen))
        sounds = [self._sounds[kit] for kit in chosen for _ in range(each)]
        strokes, hits = kit_loops(rng, sounds, synthesis.grooves, LOOP_FRAMES, synthesis.settings.random_share)
        audio = render(strokes, self._device)
        audio = audio / audio.abs().amax(dim=1, keepdim=True).clamp(min=1e-6)
        places = annotated(hits, len(audio))
        onsets = onset_targets(hits, len(audio), HOP_FRAMES, stft_frames_of(LOOP_FRAMES))
        return MixtureBatch(audio, onsets.to(self._device), AnnotatedHits(
            places.places.to(self._device), places.real.to(self._device)), torch.from_numpy(chosen).to(self._device))

    def features(self, batch: MixtureBatch) -> tuple[Any, ...]:
        return self._front_end(batch.audio), batch.kits, batch.hits.places, batch.hits.real, batch.audio.shape[1]

    def loss(self, found: Played, batch: MixtureBatch) -> Tensor:
        return idm_loss(found, batch.audio, batch.onsets.transpose(1, 2), batch.row_kits)

    @torch.no_grad()
    def scores(self, net: nn.Module, batches: Sequence[MixtureBatch]) -> dict[str, float]:
        """On new loops of the same kits: F of the onsets; distance: of the mixtures played; kits: share named right."""
        distances, right = [], []

        def evaluated(batch: Any) -> tuple[float, Tensor]:
            found = net(*self.features(batch))
            distances.append(float(spectral_distance(found.audio, batch.audio)))
            right.append(float((found.described.kits.argmax(dim=1) == batch.row_kits).float().mean()))
            return float(self.loss(found, batch)), found.described.onsets.transpose(1, 2).sigmoid()

        scores = onset_scores(evaluated, batches)  # type: ignore[arg-type]  # its batches need no more than onsets
        return {**scores, "distance": round(float(np.mean(distances)), 4), "kits": round(float(np.mean(right)), 3)}

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.net.parameters(), lr=peak_rate)

    def begin_from(self, start: str) -> None:
        load_into(self.net, Path(start), NETWORK)

    def export(self, net: nn.Module, path: Path, metadata: dict[str, Any]) -> None:
        save_weights(path, net.state_dict(), {**metadata, "network": NETWORK, "size": self._size, "kits": self._kits})
