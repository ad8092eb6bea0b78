"""What is known of the hits of a solved loop: the solver's measures, and the transcriber's curves at each hit."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from engine.core.pattern import TRACK_NAMES
from models.plugins import Curves, SolvedHits, Transcription

TOGETHER_S = 0.03          # hits of two tracks that are closer than this are one stroke
_SUREST = 8.0              # logits are clipped to +- this
ADDED_CHANCE = 0.5         # the chance of a hit that the transcriber did not find


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The hits of a loop. `hits`: as solved. logits (hits, drums): the transcriber's largest within 30 ms of each, the
    drums in the order of TRACK_NAMES. odds (hits,): the log-odds of the transcriber's confidence, 0 for a hit that the
    solver added. together (hits, hits): whether two hits lie within 30 ms."""

    hits: SolvedHits
    logits: np.ndarray
    odds: np.ndarray
    together: np.ndarray

    @property
    def added(self) -> np.ndarray:
        """(hits,) bool: found by the solver."""
        return self.hits.origins < 0


def evidence_of(hits: SolvedHits, heard: Transcription, curves: Curves) -> Evidence:
    """The evidence of solved hits, from the transcription that they began as."""
    chances = np.array([ADDED_CHANCE if origin < 0 else heard.onsets[origin].confidence for origin in hits.origins])
    apart = hits.times_s[:, None] - hits.times_s[None]
    apart = np.abs((apart + hits.length_s / 2) % hits.length_s - hits.length_s / 2)
    return Evidence(hits, logits_at(curves, hits.times_s), log_odds(chances), apart <= TOGETHER_S)


def logits_at(curves: Curves, times_s: np.ndarray) -> np.ndarray:
    """(hits, drums) the largest logits within 30 ms of each time; a drum that the curves lack has the lowest."""
    reach = round(TOGETHER_S * curves.per_s)
    largest = np.clip(maximum_filter1d(curves.logits, 2 * reach + 1, axis=0), -_SUREST, _SUREST)
    places = np.clip(np.round((times_s - curves.start_s) * curves.per_s).astype(int), 0, len(largest) - 1)
    found = np.full((len(times_s), len(TRACK_NAMES)), -_SUREST)
    for column, name in enumerate(curves.tracks):
        if name in TRACK_NAMES:
            found[:, TRACK_NAMES.index(name)] = largest[places, column]
    return found


def log_odds(chances: np.ndarray) -> np.ndarray:
    """ln(p / (1 - p)), with p kept 1 % away from 0 and 1."""
    clipped = np.clip(chances, 0.01, 0.99)
    return np.log(clipped / (1 - clipped))
