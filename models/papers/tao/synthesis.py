"""The training loops of Fig. 4: a tempo, three binary vectors of eight steps and three one-shots, all random, rendered
and zero-padded to 64 000 samples at 16 kHz (Yi & Barthet, NIME 2025, section 3.2.2).

Ours, where the paper says nothing: every step is a fair coin; one-shots are cut to one second, at peak 1; the mix is
scaled to peak 1; the onset target is 1 at the nearest STFT frame and 0 elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.papers.tao.features import RATE, STFT_FRAMES_PER_S
from models.papers.tao.network import FASTEST_BPM, PAPER_DRUMS, SLOWEST_BPM
from models.papers.tao.renderer import STEPS_PER_BEAT, Renderer

STEPS = 8
LOOP_FRAMES = 64000
SHOT_FRAMES = 16000
ROWS = 64
_STFT_FRAMES = LOOP_FRAMES * STFT_FRAMES_PER_S // RATE


@dataclass(frozen=True, slots=True, eq=False)
class PaperBatch:
    """audio (rows, 64000) at 16 kHz; onsets (rows, 400, 3), 0 or 1; bpm (rows,); steps (rows, 3, 8), 0 or 1; stems
    (rows, 3, 64000) that add up to audio; shots (rows, 3, 16000), at the level at which they sound in it."""

    audio: Tensor
    onsets: Tensor
    bpm: Tensor
    steps: Tensor
    stems: Tensor
    shots: Tensor


class PaperSynthesis:
    """Endless batches of loops. A batch follows from seed and number, so a resumed run repeats nothing.

    shots: for kick, snare and hi-hat, (frames,) float32 sounds at 16 kHz, each at least one.
    """

    def __init__(self, shots: Sequence[Sequence[np.ndarray]], seed: int, device: torch.device,
                 rows: int = ROWS) -> None:
        self._shots = [torch.from_numpy(np.stack([_fitted(shot) for shot in own])).to(device) for own in shots]
        self._seed, self._device, self._rows = seed, device, rows
        self._renderer = Renderer(RATE, LOOP_FRAMES)

    def batch(self, number: int) -> PaperBatch:
        """The batch of that number, always the same."""
        rng = np.random.default_rng((self._seed, number, 2025))
        bpm = rng.integers(SLOWEST_BPM, FASTEST_BPM + 1, self._rows)
        steps = rng.integers(0, 2, (self._rows, len(PAPER_DRUMS), STEPS)).astype(np.float32)
        chosen = [rng.integers(0, len(own), self._rows) for own in self._shots]
        shots = torch.stack([own[torch.from_numpy(which).to(self._device)]
                             for own, which in zip(self._shots, chosen, strict=True)], dim=1)
        tempo, activations = torch.from_numpy(bpm).to(self._device), torch.from_numpy(steps).to(self._device)
        stems = self._renderer.steps(tempo.float(), activations, shots)
        audio = stems.sum(dim=1)
        gain = 1.0 / audio.abs().amax(dim=1).clamp(min=1e-6)[:, None, None]
        return PaperBatch(audio * gain[:, 0], onset_targets(tempo, activations), tempo, activations, stems * gain,
                          shots * gain)


def onset_targets(bpm: Tensor, steps: Tensor) -> Tensor:
    """(rows, 400, 3): 1 at the STFT frame nearest to each active step of steps (rows, 3, 8), else 0."""
    at_s = torch.arange(STEPS, device=bpm.device) * 60.0 / (STEPS_PER_BEAT * bpm[:, None])
    frames = (at_s * STFT_FRAMES_PER_S).round().long().clamp(max=_STFT_FRAMES - 1)
    onsets = torch.zeros(len(bpm), len(PAPER_DRUMS), _STFT_FRAMES, device=bpm.device)
    return onsets.scatter_(2, frames[:, None].expand_as(steps), steps).transpose(1, 2)


def _fitted(shot: np.ndarray) -> np.ndarray:
    return np.pad(shot[:SHOT_FRAMES], (0, max(SHOT_FRAMES - len(shot), 0))).astype(np.float32)
