"""Simulated transcription errors: hits missed, invented, misnamed, mistimed, and with wrong velocities."""

from dataclasses import dataclass

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.plugins import Onset, TempoGuess, Transcription

Rng = np.random.Generator
_MISTAKEN_FOR = {"kick": "tom", "snare": "tom", "tom": "snare", "hihat": "ride", "ride": "hihat", "crash": "ride"}
_TEMPO = (TempoGuess(120.0, 4.0),)
_LATEST = 0.99999      # of the loop's length


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """missed, misnamed: probabilities per hit; invented: false hits per true one; jitter_s, velocity_spread: standard
    deviations of the time and of the natural log of the velocity."""

    missed: float = 0.0
    misnamed: float = 0.0
    invented: float = 0.0
    jitter_s: float = 0.0
    velocity_spread: float = 0.0


def draw_error_rates(rng: Rng) -> ErrorRates:
    """Random error rates: none for a third of the loops; the worst miss a quarter of their hits."""
    if rng.random() < 0.33:
        return ErrorRates()
    bad = float(rng.uniform(0.1, 1.0)) ** 1.5
    return ErrorRates(0.25 * bad, 0.1 * bad, 0.15 * bad, float(rng.uniform(0.0005, 0.006)), 0.3 * bad)


def with_errors(true: list[tuple[str, float, float]], length_s: float, rates: ErrorRates, rng: Rng) -> Transcription:
    """A transcription of the true hits (track, time_s, velocity) with errors; without any hit left, without errors."""
    found = []
    for track, time_s, velocity in true:
        if rng.random() < rates.missed:
            continue
        named = _MISTAKEN_FOR[track] if rng.random() < rates.misnamed else track
        found.append((named, time_s + rates.jitter_s * rng.standard_normal(),
                      velocity * np.exp(rates.velocity_spread * rng.standard_normal())))
    for _ in range(rng.poisson(rates.invented * len(true))):
        at = true[rng.integers(len(true))][1] if rng.random() < 0.6 else rng.uniform(0, length_s)
        found.append((TRACK_NAMES[rng.integers(len(TRACK_NAMES))], at, rng.uniform(0.1, 0.8)))
    onsets = [Onset(track, float(np.clip(time_s, 0, _LATEST * length_s)), float(np.clip(velocity, 0.02, 1)))
              for track, time_s, velocity in (found or true)]
    return Transcription(tuple(sorted(onsets, key=lambda onset: (onset.time_s, onset.track))), _TEMPO)
