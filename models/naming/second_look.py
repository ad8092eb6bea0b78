"""Start here: a second look at a solved loop's hits, which renames tracks and drops false hits."""

from dataclasses import dataclass, field

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.naming.evidence import Evidence, evidence_of
from models.naming.hits import chances, hit_features
from models.naming.tracks import track_features, utilities
from models.naming.weights import NamingWeights, shipped_weights
from models.plugins import Curves, Onset, SolvedHits, Transcription

NO_DRUM = len(TRACK_NAMES)
_QUIETEST = 0.01
_PLAUSIBLE = 5.0            # a name that suits a track less than the best by more than this is not offered
_INERTIA = 1.0              # by how much another name must suit a track better than its own


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """names (hits,): the track of each hit, empty for one that is left out; likely (hits,): its name if it stayed,
    empty for one that is the same stroke as a louder hit; chances (hits,) that it is real; second_names: the next best
    name of each track that no other has."""

    names: np.ndarray
    likely: np.ndarray
    chances: np.ndarray
    second_names: dict[str, str]


@dataclass(slots=True)
class SecondLook:
    """A judge for `Solve.extract_judged` that remembers what it left out and what else each track could be called."""

    heard: Transcription
    curves: Curves
    weights: NamingWeights
    candidates: tuple[Onset, ...] = ()
    second_names: dict[str, str] = field(default_factory=dict)

    def __call__(self, hits: SolvedHits) -> np.ndarray:
        verdict = looked_at(evidence_of(hits, self.heard, self.curves), self.weights)
        out = np.flatnonzero((verdict.names == "") & (verdict.likely != ""))
        left = [Onset(str(verdict.likely[hit]), float(hits.times_s[hit] % hits.length_s),
                      float(np.clip(hits.velocities[hit], _QUIETEST, 1.0)), float(verdict.chances[hit])) for hit in out]
        self.candidates = tuple(sorted(left, key=lambda onset: (onset.time_s, onset.track)))
        self.second_names = verdict.second_names
        return verdict.names


def second_look(heard: Transcription) -> SecondLook | None:
    """A second look at the hits of a transcription; None if its transcriber does not tell its curves."""
    return None if heard.curves is None else SecondLook(heard, heard.curves, shipped_weights())


def looked_at(evidence: Evidence, weights: NamingWeights) -> Verdict:
    """The verdict on a loop's hits. At least one hit stays."""
    likely, ranked = named(evidence, weights)
    likely = merged(evidence, likely)
    chance = np.zeros(len(likely))
    there = np.flatnonzero(likely != "")
    if len(there):
        features = hit_features(evidence, likely)
        chance[there] = chances(features, weights.hits)[there]
    kept = (likely != "") & (chance >= weights.threshold)
    if not kept.any():
        kept[int(np.argmax(chance))] = True
        likely = np.where(kept & (likely == ""), evidence.hits.tracks, likely)
    names = np.where(kept, likely, "")
    ranked = {name: ranking for name, ranking in ranked.items() if name in names}
    free = {name: [other for other in ranking if other not in names] for name, ranking in ranked.items()}
    return Verdict(names, likely, chance, {name: others[0] for name, others in free.items() if others})


def named(evidence: Evidence, weights: NamingWeights) -> tuple[np.ndarray, dict[str, list[str]]]:
    """The name of each hit's track (hits,), empty for no drum; and for each name given all that are plausible, the best
    first."""
    features = track_features(evidence)
    suits = utilities(features, weights.drums, weights.none)
    names = evidence.hits.tracks.astype(object)
    ranked: dict[str, list[str]] = {}
    for track, row in zip(features.tracks, suits, strict=True):
        if track in TRACK_NAMES:
            row[TRACK_NAMES.index(track)] += _INERTIA
        best = int(row.argmax())
        order = [TRACK_NAMES[drum] for drum in np.argsort(-row[:NO_DRUM], kind="stable")]
        if best == NO_DRUM:
            names[evidence.hits.tracks == track] = ""
        else:
            names[evidence.hits.tracks == track] = order[0]
            ranked.setdefault(order[0], [name for name in order
                                         if row[TRACK_NAMES.index(name)] > row[best] - _PLAUSIBLE])
    return names.astype(str), ranked


def merged(evidence: Evidence, names: np.ndarray) -> np.ndarray:
    """Names (hits,) in which a hit that shares its stroke and its name with a louder one of another track has none."""
    hits, out = evidence.hits, names.copy()
    for hit in np.argsort(hits.levels_db, kind="stable"):
        same = evidence.together[hit] & (out == out[hit]) & (hits.tracks != hits.tracks[hit])
        if out[hit] and same.any():
            out[hit] = ""
    return out
