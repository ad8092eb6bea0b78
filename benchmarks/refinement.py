"""What descent through the differentiable renderer adds to the solver, on made loops with known answers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.result import Result
from engine.library.resampling import resampled
from models.papers.tao.refinement import refined
from models.papers.tao.renderer import Renderer
from models.plugins import Audio, Extraction, Onset, TempoGuess, Transcription
from models.solving.solve import Solve
from models.sounds.spectra import match
from models.training.evaluate.metrics import mono, shot_scores
from models.training.synthesis.bank import DRUMS
from models.training.synthesis.bank import RATE as BANK_RATE
from models.training.synthesis.electronic import computed_sounds

_RATE, _FRAMES, _LOOPS = 22050, 2 * 22050, 6
_TRACKS = ("kick", "snare", "hihat")
_STEP_S = 0.25
_HOW = ("6 made loops of 2 s at 22.05 kHz: computed kick, snare and hi-hat, random steps, velocities 0.2 to 1, played "
        "within 3 ms; hits are given on their steps, at velocity 1")


@dataclass(frozen=True, slots=True, eq=False)
class MadeLoop:
    """audio (1, frames); shots by track; true: the hits as played."""

    audio: Audio
    shots: dict[str, np.ndarray]
    true: tuple[Onset, ...]


def run() -> Iterator[Result]:
    """The solver alone, and then refined."""
    figures: dict[str, list[np.ndarray]] = {"solve": [], "solve, refined": []}
    for number in range(_LOOPS):
        loop = made_loop(number)
        given = tuple(Onset(hit.track, round(hit.time_s / _STEP_S) * _STEP_S % 2.0) for hit in loop.true)
        hits = Transcription(given, (TempoGuess(120.0, 4),))
        solved = Solve("cpu").extract(loop.audio, _RATE, {}, hits)
        figures["solve"].append(scores(loop, solved))
        figures["solve, refined"].append(scores(loop, refined(loop.audio, _RATE, solved)))
    for name, rows in figures.items():
        means = np.nanmean(rows, axis=0)
        for what, unit, value in zip(("one-shots SI-SDR", "match", "velocity correlation", "onset error"),
                                     ("dB", "", "", "ms"), means, strict=True):
            yield Result(f"{name}: {what}", round(float(value), 3), unit, "", _HOW)


def made_loop(number: int) -> MadeLoop:
    """A loop that follows from its number."""
    rng, sounds = np.random.default_rng((number, 14)), computed_sounds(seed=100 + number, each=1)
    renderer, stems, shots, true = Renderer(_RATE, _FRAMES, circular=True), [], {}, []
    for track in _TRACKS:
        (shot,) = (one for one in sounds.shots if DRUMS[one.drum] == track)
        sound = resampled(sounds.audio[None, shot.start : shot.start + shot.frames], BANK_RATE, _RATE, False)[0]
        steps = rng.choice(8, size=int(rng.integers(2, 6)), replace=False)
        times_s = np.maximum(steps * _STEP_S + rng.uniform(-0.003, 0.003, len(steps)), 0.0)
        velocities = rng.uniform(0.2, 1.0, len(steps))
        velocities /= velocities.max()
        stems.append(renderer.hits(torch.from_numpy(times_s * _RATE), torch.from_numpy(velocities),
                                   torch.from_numpy(sound).double()))
        shots[track] = sound
        true += [Onset(track, float(time_s), float(velocity))
                 for time_s, velocity in zip(times_s, velocities, strict=True)]
    true.sort(key=lambda hit: (hit.time_s, hit.track))
    return MadeLoop(torch.stack(stems).sum(dim=0).numpy()[None].astype(np.float32), shots, tuple(true))


def scores(loop: MadeLoop, made: Extraction) -> np.ndarray:
    """(4,): SI-SDR of the one-shots, match of the loop as played by its hits, correlation of velocities, mean absolute
    error of the onsets that are found within 20 ms, in ms. Tracks with layers play their one-shot."""
    renderer, played, sdr, pairs = Renderer(_RATE, _FRAMES, circular=True), np.zeros((1, _FRAMES)), [], []
    for track in _TRACKS:
        true_hits = [hit for hit in loop.true if hit.track == track]
        hits, shot = made.transcription.of(track), made.shots.get(track)
        if shot is None or not hits:
            sdr.append(-30.0)
            continue
        sdr.append(shot_scores(mono(loop.shots[track][:, None], _RATE), mono(shot.audio.T, _RATE), _RATE / 2).si_sdr)
        sound = torch.from_numpy(np.asarray(shot.audio * shot.gain, np.float64))
        played += renderer.hits(torch.tensor([[hit.time_s * _RATE for hit in hits]], dtype=torch.float64),
                                torch.tensor([[hit.velocity for hit in hits]], dtype=torch.float64), sound).numpy()
        for hit in true_hits:
            near = min(hits, key=lambda one: abs(one.time_s - hit.time_s))
            if abs(near.time_s - hit.time_s) < 0.02:
                pairs.append((hit.velocity, near.velocity, abs(near.time_s - hit.time_s)))
    true, found, late = np.array(pairs).T
    return np.array([np.mean(sdr), match(loop.audio, played.astype(np.float32)), np.corrcoef(true, found)[0, 1],
                     1000 * late.mean()])
