"""Whether drums of a choke group do cut each other: the recording tells."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.core.kit import Kit
from engine.core.pattern import Pattern
from models.plugins import Audio, Stems
from models.sounds.rendering import render_tracks
from models.sounds.spectra import match

_BETTER = 0.002  # by so much the stems must match without choking for drums to ring on; less is no evidence


def choked_as_heard(kit: Kit, pattern: Pattern, samples: Mapping[str, Audio], stems: Stems, sample_rate: int) -> Kit:
    """The kit without the choke groups whose tracks come nearer to their stems (channels, frames) when they ring on.
    samples: (2, frames) by id."""
    for group in sorted({shot.choke_group for shot in kit.one_shots.values() if shot.choke_group is not None}):
        names = [name for name, shot in kit.one_shots.items() if shot.choke_group == group and name in stems]
        if not names:
            continue
        free = Kit(kit.name, {name: replace(shot, choke_group=None) if shot.choke_group == group else shot
                              for name, shot in kit.one_shots.items()})
        if (_nearness(free, names, pattern, samples, stems, sample_rate)
                > _nearness(kit, names, pattern, samples, stems, sample_rate) + _BETTER):
            kit = free
    return kit


def _nearness(kit: Kit, names: list[str], pattern: Pattern, samples: Mapping[str, Audio], stems: Stems,
              sample_rate: int) -> float:
    only = replace(pattern, tracks=tuple(track for track in pattern.tracks if track.name in names))
    frames = next(iter(stems.values())).shape[1]
    played = render_tracks(kit, only, samples, frames, sample_rate)
    return float(np.mean([match(stems[name], played[name]) for name in names if name in played]))
