"""Measure the paper's network and selection on the paper's own kind of loops (Yi & Barthet, NIME 2025, Fig. 4), of
one-shots that it does not train on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.library.resampling import resampled
from models.hearing.peak_picking import matched
from models.papers.tao.features import RATE, STFT_FRAMES_PER_S, input_spectrogram
from models.papers.tao.network import PAPER_DRUMS, PaperActivations
from models.papers.tao.peaks import onset_frames
from models.papers.tao.selection import candidates_of, similarities
from models.papers.tao.steps import likeliest_bpm, step_s, step_vector
from models.papers.tao.synthesis import STEPS, PaperBatch, PaperSynthesis
from models.papers.tao.transcriber import open_network
from models.training.evaluate.metrics import Scores, mono, shot_scores
from models.training.synthesis.bank import DRUMS, Sounds, joined, read_sounds
from models.training.synthesis.bank import RATE as BANK_RATE

_WITHIN = 5.0  # STFT frames: 50 ms
_SEED = 4242
_ROWS = 16
COLUMNS = ("F50", *PAPER_DRUMS, "tempo", "tempo 4 %", "steps", "shots SI-SDR", "LSD", "MFCC")


@dataclass(slots=True)
class PaperTally:
    """Counts over loops. hits (3, 3): found correctly, true, found, for each drum; tempi: errors as a share of the
    tempo; steps: whether a drum's vector is exactly right."""

    hits: np.ndarray = field(default_factory=lambda: np.zeros((len(PAPER_DRUMS), 3)))
    tempi: list[float] = field(default_factory=list)
    steps: list[bool] = field(default_factory=list)

    def add(self, found: PaperActivations, batch: PaperBatch) -> None:
        """Count the loops of a batch."""
        envelopes, true = torch.sigmoid(found.onsets.float()).cpu().numpy(), batch.onsets.cpu().numpy()
        for row, (bpm, logits) in enumerate(zip(batch.bpm.tolist(), found.tempo.cpu().numpy(), strict=True)):
            heard_bpm = likeliest_bpm(logits)
            self.tempi.append(abs(heard_bpm / bpm - 1.0))
            for drum in range(len(PAPER_DRUMS)):
                frames, wanted = onset_frames(envelopes[row, :, drum]), np.nonzero(true[row, :, drum])[0]
                self.hits[drum] += len(matched(wanted, frames, _WITHIN)), len(wanted), len(frames)
                steps = step_vector(frames / STFT_FRAMES_PER_S, heard_bpm, STEPS)
                self.steps.append(bool((steps == (batch.steps[row, drum].cpu().numpy() > 0)).all()))

    def scores(self) -> dict[str, float]:
        """F at 50 ms of all drums and of each; the shares of loops with the exact tempo, and within 4 %; the share of
        exact step vectors."""
        each = 2 * self.hits[:, 0] / np.maximum(self.hits[:, 1] + self.hits[:, 2], 1)
        whole = 2 * self.hits[:, 0].sum() / max(self.hits[:, 1:].sum(), 1)
        errors = np.array(self.tempi)
        values = (whole, *each, (errors < 1e-9).mean(), (errors <= 0.04).mean(), np.mean(self.steps))
        return {name: round(float(value), 4) for name, value in zip(COLUMNS, values, strict=False)}


def paper_shots(data: Sequence[Path], split: str, licence: str = "all") -> list[list[np.ndarray]]:
    """The one-shots of kick, snare and hi-hat, of one split of all folders, at 16 kHz."""
    sounds = joined(*(read_sounds(folder, split, licence) for folder in data))
    return [_of_drum(sounds, DRUMS.index(name)) for name in PAPER_DRUMS]


def _of_drum(sounds: Sounds, drum: int) -> list[np.ndarray]:
    return [resampled(sounds.audio[None, shot.start : shot.start + shot.frames], BANK_RATE, RATE, circular=False)[0]
            for shot in sounds.shots if shot.drum == drum]


@dataclass(frozen=True, slots=True)
class PaperEvaluationSettings:
    """weights: of `train paper`, empty for the shipped ones; data: folders of one-shots; loops: how many to make,
    rounded up to whole batches."""

    weights: str
    data: tuple[Path, ...]
    loops: int = 128


@torch.no_grad()
def evaluate_paper(settings: PaperEvaluationSettings, report: Callable[[str], None] = lambda line: None) -> str:
    """A table of the network's scores, and of the one-shots that the selection picks from true stems, once at the true
    steps and once at those heard. Raises WeightsMissing, TaoError without one-shots."""
    net, front_end = open_network(settings.weights), input_spectrogram()
    rows, batches = min(_ROWS, settings.loops), -(-settings.loops // _ROWS)
    synthesis = PaperSynthesis(paper_shots(settings.data, "val"), _SEED, torch.device("cpu"), rows)
    tally, shots = PaperTally(), {"true": list[Scores](), "heard": list[Scores]()}
    for number in range(batches):
        batch = synthesis.batch(number)
        found = net(front_end(batch.audio))
        tally.add(found, batch)
        for row in range(rows):
            _select(batch, row, found, shots)
        report(f"{(number + 1) * rows} of {batches * rows} loops")
    return _table(tally, shots)


def _select(batch: PaperBatch, row: int, found: PaperActivations, shots: dict[str, list[Scores]]) -> None:
    """Add the scores of the picked one-shots of one loop; a drum that is not heard has a silent one-shot."""
    envelopes, heard_bpm = torch.sigmoid(found.onsets[row]).numpy(), likeliest_bpm(found.tempo[row].numpy())
    for drum in range(len(PAPER_DRUMS)):
        steps = batch.steps[row, drum].numpy() > 0
        if not steps.any():
            continue
        true = mono(batch.shots[row, drum].numpy()[:, None], RATE)
        heard = step_vector(onset_frames(envelopes[:, drum]) / STFT_FRAMES_PER_S, heard_bpm, STEPS)
        for name, vector, bpm in (("true", steps, int(batch.bpm[row])), ("heard", heard, heard_bpm)):
            picked = picked_shot(batch.stems[row, drum], np.nonzero(vector)[0] * step_s(bpm))
            shots[name].append(shot_scores(true, picked, RATE / 2))


def picked_shot(stem: Tensor, times_s: np.ndarray) -> np.ndarray | None:
    """The selection's one-shot at 44.1 kHz, of a stem (frames,) at 16 kHz; None without onsets."""
    times = [float(time_s) for time_s in times_s if time_s * RATE < len(stem) - 1]
    if not times:
        return None
    best = int(np.argmax(similarities(stem[None].numpy(), RATE, times)))
    return mono(candidates_of(stem, [round(times[best] * RATE)])[0].numpy()[:, None], RATE)


def _table(tally: PaperTally, shots: dict[str, list[Scores]]) -> str:
    lines = ["| steps | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, scores in shots.items():
        heard = list(tally.scores().values()) if name == "heard" else [float("nan")] * (len(COLUMNS) - 3)
        means = np.mean([(one.si_sdr, one.lsd, one.mfcc) for one in scores], axis=0)
        cells = ["-" if value != value else f"{value:.3f}" for value in (*heard, *means)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
