"""Loops that one kit plays with one sound per drum, and the hits that an annotator would write down."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import torch
from torch import Tensor

from engine.core.errors import TaoError
from engine.core.pattern import TRACK_NAMES
from models.training.synthesis.bank import OTHER, RATE, Bank
from models.training.synthesis.examples import DrawnLoop, Hits, stroke_table
from models.training.synthesis.palette import Voice
from models.training.synthesis.patterns import Grooves, Strokes, draw_strokes
from models.training.synthesis.rendering import StrokeTable

Rng = np.random.Generator
_LEVELS_DB = (0.0, -2.0, -3.0, -9.0, -9.0, -7.0)  # of kick, snare, tom, hi-hat, ride, crash
_SPREAD_DB = 3.0
_FEWEST_BPM, _MOST_BPM = 60.0, 190.0

KitSounds = dict[int, np.ndarray]  # by drum: one sound (frames,) float32 at peak 1


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedHits:
    """Hits as arrays: places (rows, drums, most), sample frames from the start of the loop, padded with 0; and `real`,
    bool of the same shape: which of them are hits."""

    places: Tensor
    real: Tensor


def whole_kits(bank: Bank, most: int) -> list[str]:
    """At most so many kits that have every drum with a track, evenly from the list by name. Raises TaoError without."""
    whole = [kit for kit in bank.kits if all((kit, drum) in bank.of_kit for drum in range(len(TRACK_NAMES)))]
    if not whole:
        raise TaoError("No kit of the data has all of " + ", ".join(TRACK_NAMES) + ". Add one that does.")
    places = np.linspace(0, len(whole) - 1, min(most, len(whole))).round().astype(int)
    return [whole[place] for place in places]


def sounds_of(bank: Bank, kit: str) -> KitSounds:
    """The loudest recording of each drum's usual articulation: one whose name begins with the drum's."""
    found = {}
    for drum, name in enumerate(TRACK_NAMES):
        groups = [bank.sounds.groups[int(number)] for number in bank.of_kit[kit, drum]]
        names = [PurePosixPath(bank.sounds.shots[group[0]].articulation).name for group in groups]
        usual = min(range(len(groups)), key=lambda one: (not names[one].startswith(name), names[one]))
        shot = bank.sounds.shots[groups[usual][-1]]
        found[drum] = bank.sounds.audio[shot.start : shot.start + shot.frames]
    return found


def kit_loops(rng: Rng, kits: Sequence[KitSounds], grooves: Grooves, loop_frames: int,
              random_share: float = 0.5) -> tuple[StrokeTable, Hits]:
    """Circular loops of `loop_frames` frames, one for each of `kits` (rows), with random grooves, tempi and levels."""
    rows = []
    for kit in kits:
        loop_s = loop_frames / RATE
        counts = [count for count in range(1, 33) if _FEWEST_BPM <= 60 * count / loop_s <= _MOST_BPM]
        beats = int(rng.choice(counts))
        strokes = _strokes_on(kit, rng, grooves, beats, loop_s, random_share)
        levels = {drum: 10 ** ((_LEVELS_DB[drum] + rng.uniform(-_SPREAD_DB, _SPREAD_DB)) / 20) for drum in kit}
        voices = {(drum, variant): Voice((sound,), levels[drum]) for drum, sound in kit.items() for variant in (0, 1)}
        rows.append(DrawnLoop(strokes, beats, voices, {}))
    return stroke_table(rows, loop_frames, rng, 0.0)


def _strokes_on(kit: KitSounds, rng: Rng, grooves: Grooves, beats: int, loop_s: float, random_share: float) -> Strokes:
    while True:
        strokes = draw_strokes(rng, grooves, beats, loop_s, random_share)
        strokes = strokes.of(np.isin(strokes.drums, [drum for drum in kit if drum < OTHER]))
        if len(strokes.drums):
            return strokes


def annotated(hits: Hits, rows: int) -> AnnotatedHits:
    """The hits of `rows` loops as arrays."""
    drums = len(TRACK_NAMES)
    order = np.argsort(hits.row * drums + hits.drum, kind="stable")
    key = (hits.row * drums + hits.drum)[order]
    rank = np.arange(len(key)) - np.searchsorted(key, key)
    most = int(rank.max(initial=0)) + 1
    places, real = np.zeros((rows * drums, most), np.float32), np.zeros((rows * drums, most), bool)
    places[key, rank], real[key, rank] = hits.at_frame[order], True
    shape = (rows, drums, most)
    return AnnotatedHits(torch.from_numpy(places.reshape(shape)), torch.from_numpy(real.reshape(shape)))


def onset_targets(hits: Hits, rows: int, hop_frames: int, stft_frames: int) -> Tensor:
    """(rows, stft_frames, drums): 1 at the STFT frame nearest to a hit, one half beside it, else 0."""
    targets = np.zeros((rows, stft_frames + 2, len(TRACK_NAMES)), np.float32)
    nearest = np.minimum(np.round(hits.at_frame / hop_frames).astype(np.int64), stft_frames - 1) + 1
    for shift, height in ((-1, 0.5), (1, 0.5), (0, 1.0)):
        where = (hits.row, nearest + shift, hits.drum)
        targets[where] = np.maximum(targets[where], height)
    return torch.from_numpy(targets[:, 1:-1].copy())
