"""Decide from the recording whether the drums of a choke group really cut each other."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.core.kit import Kit
from engine.core.pattern import Pattern
from models.plugins import Audio, Stems
from models.sounds.rendering import render_tracks
from models.sounds.spectra import match

_BETTER = 0.002  # the stems must match better without choking by this much; less is no evidence


def choked_as_recorded(kit: Kit, pattern: Pattern, samples: Mapping[str, Audio], stems: Stems, sample_rate: int) -> Kit:
    """The kit without those choke groups whose tracks match their stems (channels, frames) better when they ring on.
    samples: (2, frames) by id."""
    for group in sorted({shot.choke_group for shot in kit.one_shots.values() if shot.choke_group is not None}):
        names = [name for name, shot in kit.one_shots.items() if shot.choke_group == group and name in stems]
        if not names:
            continue
        free = Kit(kit.name, {name: replace(shot, choke_group=None) if shot.choke_group == group else shot
                              for name, shot in kit.one_shots.items()})
        if (_mean_match(free, names, pattern, samples, stems, sample_rate)
                > _mean_match(kit, names, pattern, samples, stems, sample_rate) + _BETTER):
            kit = free
    return kit


def _mean_match(kit: Kit, names: list[str], pattern: Pattern, samples: Mapping[str, Audio], stems: Stems,
              sample_rate: int) -> float:
    only = replace(pattern, tracks=tuple(track for track in pattern.tracks if track.name in names))
    frames = next(iter(stems.values())).shape[1]
    played = render_tracks(kit, only, samples, frames, sample_rate)
    return float(np.mean([match(stems[name], played[name]) for name in names if name in played]))
