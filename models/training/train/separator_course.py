"""How the separator `tao` is trained: finished loops, what each drum adds to them, and hits with simulated errors.

The loss is computed on spectra. With X the loop's spectrum, S a drum's and M its mask, |MX - S|^2 = (M|X| - A)^2 +
|S|^2 - A^2, where A = Re(S conj(X)) / |X|, so real numbers suffice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from engine.core.pattern import TRACK_NAMES
from models.separation.inputs import Inputs, LoopView, inputs_of, view_of
from models.separation.network import MaskNet, open_mask_net, save_mask_net
from models.training.synthesis.bank import RATE, Bank
from models.training.synthesis.examples import Hits, Synthesis
from models.training.train.transcription_errors import draw_error_rates, with_errors

STFT_FRAMES = 192                 # of each loop in a batch
_ABSENT = 1e-6                    # of the loop's energy: a drum below this is absent
_BEST = 1e-3                      # errors below -30 dB hardly reduce the loss
_SPECTRAL_WEIGHT = 0.5
_LSD_FLOOR = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class StemBatch:
    """A batch of `rows` loops. inputs: of the network; magnitudes: |X| (rows, 1, bins, stft_frames); parts: A (rows,
    drums, bins, stft_frames); beyond (rows, drums): the energy of S that no mask can reach; energies (rows, drums): of
    S; bands (rows, drums, bands, stft_frames): |S|^2 in bands; present (rows, drums): bool."""

    view: LoopView
    inputs: Inputs
    magnitudes: Tensor
    parts: Tensor
    beyond: Tensor
    energies: Tensor
    bands: Tensor
    present: Tensor


class SeparatorCourse:
    """`masks`: the network of the separator `tao`."""

    name = "masks"
    peak_rate = 2e-3
    headline, best = "snr_db", 20.0

    def __init__(self, device: torch.device) -> None:
        self.net: nn.Module = MaskNet().to(device)
        self._device = device

    def meet(self, bank: Bank) -> None:
        """Nothing: each batch draws its own sounds."""

    def batch(self, synthesis: Synthesis, number: int) -> StemBatch:
        rng = np.random.default_rng((synthesis.seed, number))
        audio, hits = synthesis.loops_and_stems(rng)
        return stem_batch(audio.cpu().numpy(), hits, rng, self._device)

    def features(self, batch: StemBatch) -> tuple[Any, ...]:
        return batch.inputs, batch.view.folding

    def loss(self, masks: Tensor, batch: StemBatch) -> Tensor:
        """The mean over present drums of the error in dB above -30 dB, plus half the log-spectral distance."""
        errors = 10 * torch.log10(errors_of(masks, batch) + _BEST) - 10 * np.log10(_BEST)
        return (errors + _SPECTRAL_WEIGHT * distances_of(masks, batch))[batch.present].mean()

    @torch.no_grad()
    def scores(self, net: nn.Module, batches: Sequence[StemBatch]) -> dict[str, float]:
        """Means over present drums: snr_db, the signal-to-error ratio; lsd_db, the log-spectral distance; start, the
        ratio of the templates that the network starts from."""
        losses: list[float] = []
        snr: list[float] = []
        start: list[float] = []
        far: list[float] = []
        for batch in batches:
            masks = net(*self.features(batch))
            losses.append(float(self.loss(masks, batch)))
            plain = torch.softmax(batch.inputs.shares, dim=1)
            for found, chosen in ((snr, masks), (start, plain)):
                found += (-10 * torch.log10(errors_of(chosen, batch)))[batch.present].tolist()
            far += distances_of(masks, batch)[batch.present].tolist()
        return {"val_loss": round(float(np.mean(losses)), 4), "snr_db": round(float(np.mean(snr)), 3),
                "start": round(float(np.mean(start)), 3), "lsd_db": round(float(np.mean(far)), 3)}

    def optimizer(self, peak_rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.net.parameters(), lr=peak_rate, weight_decay=1e-3)

    def begin_from(self, start: str) -> None:
        self.net.load_state_dict(open_mask_net(Path(start)).state_dict())

    def export(self, net: nn.Module, path: Path, metadata: dict[str, Any]) -> None:
        save_mask_net(path, cast(MaskNet, net), metadata)


def errors_of(masks: Tensor, batch: StemBatch) -> Tensor:
    """(rows, drums): the energy of the error over that of the stem."""
    error = (masks * batch.magnitudes - batch.parts).square().sum(dim=(2, 3)) + batch.beyond
    return error / batch.energies.clamp(min=1e-9)


def distances_of(masks: Tensor, batch: StemBatch) -> Tensor:
    """(rows, drums) in dB: the log-spectral distance, a mean over STFT frames of the rms over bands, with a floor 60 dB
    below the stem's peak."""
    weights = torch.from_numpy(batch.view.folding.weights).to(masks.device)
    bands = weights @ (masks * batch.magnitudes).square()                  # (rows, drums, bands, stft_frames)
    floor = _LSD_FLOOR * batch.bands.amax(dim=(2, 3), keepdim=True).clamp(min=1e-12)
    apart = 10 * torch.log10((bands + floor) / (batch.bands + floor))
    return (apart.square().mean(dim=2) + 1e-4).sqrt().mean(dim=2)


def stem_batch(audio: np.ndarray, hits: Hits, rng: np.random.Generator, device: torch.device) -> StemBatch:
    """The batch of loops with stems (rows, 1 + drums, frames), each with random transcription errors."""
    view = view_of(audio.shape[2], RATE)
    whole = view.spectra.forward(audio[:, 0])                              # (rows, bins, stft_frames)
    first = int(rng.integers(0, max(whole.shape[2] - STFT_FRAMES, 0) + 1))
    span = slice(first, first + STFT_FRAMES)
    rows = []
    for row, spectrum in enumerate(whole):
        mine = hits.row == row
        true = [(TRACK_NAMES[drum], at / RATE, float(velocity)) for drum, at, velocity in zip(
            hits.drum[mine], hits.at_frame[mine], hits.velocity[mine], strict=True)]
        transcription = with_errors(true, audio.shape[2] / RATE, draw_error_rates(rng), rng)
        rows.append([part[..., span] for part in inputs_of(np.abs(spectrum), view, transcription)])
    inputs = Inputs(*(torch.from_numpy(np.stack(part)).to(device) for part in zip(*rows, strict=True)))
    whole = whole[:, None, :, span]
    magnitudes = np.abs(whole)
    parts, energies, bands = [], [], []
    for drum in range(len(TRACK_NAMES)):
        stem = view.spectra.forward(audio[:, 1 + drum])[:, None, :, span]
        parts.append((stem * whole.conj()).real / np.maximum(magnitudes, 1e-9))
        power = np.abs(stem) ** 2
        energies.append(power.sum(axis=(2, 3)))
        bands.append(view.folding.fold(power))
    part, energy = np.concatenate(parts, axis=1), np.concatenate(energies, axis=1)
    beyond = np.maximum(energy - np.square(part).sum(axis=(2, 3)), 0)
    present = energy > _ABSENT * np.square(magnitudes).sum(axis=(2, 3))

    def moved(array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.asarray(array, np.float32)).to(device)

    return StemBatch(view, inputs, moved(magnitudes), moved(part), moved(beyond), moved(energy),
                     moved(np.concatenate(bands, axis=1)), torch.from_numpy(present).to(device))
