"""What a whole track is called: a choice between the six drums and "no drum", from what the transcriber's curves say on
the average of its hits.

A multinomial logit: each drum's utility is a weighted sum of the same features, so that the rare drums, of which there
are few examples, share their weights with the common ones.
"""

from dataclasses import dataclass

import numpy as np

from engine.core.pattern import TRACK_NAMES
from models.naming.evidence import Evidence

DRUM_FEATURES = ("mean_logit", "high_logit", "own", "own_odds", "taken", "coinciding")
NONE_FEATURES = ("constant", "unlike", "log_count", "coinciding", "softer", "level")
_HIGH = 80.0                # percentile of a drum's logits over the track's hits


@dataclass(frozen=True, slots=True, eq=False)
class TrackFeatures:
    """tracks (tracks,): names. drums (tracks, drums, DRUM_FEATURES): how each drum suits each track; none (tracks,
    NONE_FEATURES): what speaks for it being no drum."""

    tracks: tuple[str, ...]
    drums: np.ndarray
    none: np.ndarray


def track_features(evidence: Evidence) -> TrackFeatures:
    """The features of each track, in order of its first hit.

    Of a drum: the mean and the 80th percentile of its logits at the hits that the transcriber found (of all, where it
    found none: what the solver adds is one name's guess, and says nothing about the name); whether the track has that
    name, and then the mean log-odds of those hits; whether another track has it; the share of hits that coincide with
    that track. Of "none":
    how little the hits resemble their one-shot, how many they are, how many coincide with another track's, by how much
    they are softer than those, their level.
    """
    hits = evidence.hits
    names = tuple(dict.fromkeys(str(track) for track in hits.tracks))
    drums, none = [], []
    for name in names:
        mine = hits.tracks == name
        found = mine & ~evidence.added if (mine & ~evidence.added).any() else mine
        logits = evidence.logits[found]
        with_track = {other: evidence.together[mine][:, hits.tracks == other].any(axis=1).mean()
                      for other in names if other != name}
        odds = float(evidence.odds[found].mean())
        drums.append([[float(logits[:, drum].mean()), float(np.percentile(logits[:, drum], _HIGH)),
                       float(name == label), odds if name == label else 0.0, float(label in with_track),
                       float(with_track.get(label, 0.0))] for drum, label in enumerate(TRACK_NAMES)])
        beside = evidence.together[mine] & ~mine
        louder = np.where(beside, hits.levels_db, -np.inf).max(axis=1, initial=-np.inf)
        softer = np.where(np.isfinite(louder), np.maximum(louder - hits.levels_db[mine], 0.0), 0.0)
        none.append([1.0, 1.0 - float(np.clip(hits.correlations[mine], 0, 1).mean()), np.log(mine.sum()) - 2.0,
                     float(beside.any(axis=1).mean()), float(softer.mean()) / 10,
                     float(hits.levels_db[mine].mean()) / 20])
    return TrackFeatures(names, np.array(drums), np.array(none))


def utilities(features: TrackFeatures, of_drums: np.ndarray, of_none: np.ndarray) -> np.ndarray:
    """(tracks, drums + 1): how well each name suits each track; the last column is "no drum"."""
    return np.column_stack([features.drums @ of_drums, features.none @ of_none])
