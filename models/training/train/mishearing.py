"""Hits as an imperfect transcriber hears them: some missed, some invented, some misnamed, all a little off."""

from dataclasses import dataclass

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.plugins import Onset, TempoGuess, Transcription

Rng = np.random.Generator
_LIKE = {"kick": "tom", "snare": "tom", "tom": "snare", "hihat": "ride", "ride": "hihat", "crash": "ride"}
_TEMPO = (TempoGuess(120.0, 4.0),)
_NEVER_LATE = 0.99999


@dataclass(frozen=True, slots=True)
class Faults:
    """How badly a loop is heard: chances per hit of missing it and of another drum's name for it, false hits
    per true one, standard deviations of time and of the log of velocity."""

    missed: float = 0.0
    misnamed: float = 0.0
    invented: float = 0.0
    jitter_s: float = 0.0
    velocity_spread: float = 0.0


def draw_faults(rng: Rng) -> Faults:
    """A third of the loops is heard without a fault; the worst lose a quarter of their hits."""
    if rng.random() < 0.33:
        return Faults()
    bad = float(rng.uniform(0.1, 1.0)) ** 1.5
    return Faults(0.25 * bad, 0.1 * bad, 0.15 * bad, float(rng.uniform(0.0005, 0.006)), 0.3 * bad)


def misheard(true: list[tuple[str, float, float]], length_s: float, faults: Faults, rng: Rng) -> Transcription:
    """(track, time_s, velocity) of true hits, heard with faults; never nothing at all."""
    heard = []
    for track, time_s, velocity in true:
        if rng.random() < faults.missed:
            continue
        named = _LIKE[track] if rng.random() < faults.misnamed else track
        heard.append((named, time_s + faults.jitter_s * rng.standard_normal(),
                      velocity * np.exp(faults.velocity_spread * rng.standard_normal())))
    for _ in range(rng.poisson(faults.invented * len(true))):
        at = true[rng.integers(len(true))][1] if rng.random() < 0.6 else rng.uniform(0, length_s)
        heard.append((TRACK_NAMES[rng.integers(len(TRACK_NAMES))], at, rng.uniform(0.1, 0.8)))
    onsets = [Onset(track, float(np.clip(time_s, 0, _NEVER_LATE * length_s)), float(np.clip(velocity, 0.02, 1)))
              for track, time_s, velocity in (heard or true)]
    return Transcription(tuple(sorted(onsets, key=lambda onset: (onset.time_s, onset.track))), _TEMPO)
