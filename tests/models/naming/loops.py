"""Solved hits and transcriber's curves, made up for tests."""

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.naming.evidence import Evidence, evidence_of
from models.plugins import Curves, Onset, SolvedHits, TempoGuess, Transcription

LENGTH_S, PER_S = 2.0, 100


def curves_of(logits: dict[tuple[str, float], float]) -> Curves:
    """Curves with peaks: a logit for (drum, seconds); -6 elsewhere. They begin a second before the loop."""
    values = np.full((round((LENGTH_S + 2) * PER_S), len(TRACK_NAMES)), -6.0)
    for (drum, time_s), logit in logits.items():
        values[round((time_s + 1.0) * PER_S), TRACK_NAMES.index(drum)] = logit
    return Curves(TRACK_NAMES, values, -1.0, PER_S)


def solved(*hits: tuple[str, float, float], added: tuple[int, ...] = ()) -> SolvedHits:
    """Hits (track, seconds, level in dB), of which the solver added some."""
    tracks = np.array([track for track, _, _ in hits])
    levels = np.array([level for _, _, level in hits])
    loudest = np.array([levels[tracks == track].max() for track in tracks])
    origins = np.array([-1 if number in added else number for number in range(len(hits))])
    return SolvedHits(tracks, np.array([time_s for _, time_s, _ in hits]), 10 ** ((levels - loudest) / 20), levels,
                      np.full(len(hits), 0.8), origins, LENGTH_S)


def heard(*hits: tuple[str, float, float]) -> Transcription:
    """The transcription that such hits began as: (track, seconds, confidence)."""
    return Transcription(tuple(Onset(track, time_s, 1.0, chance) for track, time_s, chance in hits),
                         (TempoGuess(120.0, 4.0),))


def hats_on_kicks() -> tuple[SolvedHits, Transcription, Curves]:
    """Four loud kicks, four hats between them, and two hats on top of kicks that are 25 dB softer than the others."""
    hits = [*(("kick", 0.5 * beat, 0.0) for beat in range(4)),
            *(("hihat", 0.25 + 0.5 * beat, -10.0) for beat in range(4)),
            ("hihat", 0.0, -35.0), ("hihat", 1.0, -35.0)]
    chances = [0.95] * 8 + [0.5] * 2
    logits = {(track, time_s): 4.0 for track, time_s, _ in hits[:8]} | {("hihat", 0.0): 0.0, ("hihat", 1.0): 0.0}
    return (solved(*hits), heard(*((track, time_s, chance) for (track, time_s, _), chance in zip(hits, chances,
                                                                                                strict=True))),
            curves_of(logits))


def evidence(hits: SolvedHits, transcription: Transcription, curves: Curves) -> Evidence:
    """What is known of them."""
    return evidence_of(hits, transcription, curves)
