"""Endless loops with exact answers. Batch `step` of `seed` is always the same batch, on any machine.

The loops of a batch share one length, so that everything circular (tails, rooms, filters) is one transform for all of
them; each has its own tempo, groove, sounds and production. The network gets four seconds of the repeating loop from a
random moment on, sometimes with silence before its start.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import Tensor

from engine.core.pattern import TRACK_NAMES
from models.hearing.spectrogram import STFT_FRAMES_PER_S
from models.training.synthesis.bank import HIHAT, OTHER, RATE, Bank
from models.training.synthesis.palette import Palette, Voice
from models.training.synthesis.patterns import Grooves, Strokes, draw_strokes
from models.training.synthesis.production import produced, produced_parts
from models.training.synthesis.rendering import StrokeTable, render, render_parts

Rng = np.random.Generator
_TRIANGLE_FRAMES = 1.5            # half width of an onset's target, in STFT frames
_SLOWEST_BPM, _FASTEST_BPM = 56, 205
_MONO_HIHAT_SHARE, _MONO_SHARE = 0.75, 0.35  # of hi-hats, and of other drums, whose hits cut off the one before
_CUT_LATE_FRAMES = (60, 2500)     # how long such a hit goes on after the next one starts, from .. to


@dataclass(frozen=True, slots=True)
class SynthesisSettings:
    """rows: loops per batch; crop_s: seconds of each; shares: probabilities per loop, of random patterns, of effects,
    of silence before the start, and of tails that are cut at the end instead of wrapping."""

    rows: int = 16
    crop_s: float = 4.0
    shortest_s: float = 1.2
    longest_s: float = 6.5
    random_share: float = 0.5
    produced_share: float = 0.7
    silence_share: float = 0.15
    cut_share: float = 0.25

    @property
    def stft_frames(self) -> int:
        """The length of the answers."""
        return round(self.crop_s * STFT_FRAMES_PER_S)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """audio (rows, frames) float32 and its answers. (rows, stft_frames, drums) float32: onsets, a triangle around each
    exact onset; within it velocities, the hit's amplitude over that of its drum's loudest, and offsets, by how many
    STFT frames the hit comes after that frame's centre. present (rows, drums): whether the drum sounds at all. bpm
    (rows,)."""

    audio: Tensor
    onsets: Tensor
    velocities: Tensor
    offsets: Tensor
    present: Tensor
    bpm: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The strokes of a batch of loops on drums that have tracks, (hits,) each: row, drum, frame in the loop, velocity
    over the loudest; and beats (rows,), the quarter notes of each loop."""

    row: np.ndarray
    drum: np.ndarray
    at_frame: np.ndarray
    velocity: np.ndarray
    beats: np.ndarray


class Synthesis:
    """Makes batches by number."""

    def __init__(self, bank: Bank, grooves: Grooves, settings: SynthesisSettings, seed: int,
                 device: torch.device) -> None:
        self.settings, self.seed = settings, seed
        self.bank, self.grooves, self._device = bank, grooves, device

    def batch(self, step: int) -> Batch:
        """The batch of a step."""
        rng = np.random.default_rng((self.seed, step))
        audio, hits = self.loops(rng)
        return self._cropped(audio, hits, rng)

    def loops(self, rng: Rng) -> tuple[Tensor, Hits]:
        """Finished loops (rows, loop_frames) at peak 1, and their strokes."""
        strokes, hits = self._strokes(rng)
        return produced(render(strokes, self._device), rng, self.settings.produced_share), hits

    def loops_and_stems(self, rng: Rng) -> tuple[Tensor, Hits]:
        """The same with stems: (rows, 1 + drums, loop_frames), each loop and then its drums.

        A stem is what a drum adds to the finished loop (models.training.synthesis.production); percussion that has no
        track and noise are in the loop only.
        """
        strokes, hits = self._strokes(rng)
        return produced_parts(render_parts(strokes, self._device, len(TRACK_NAMES)), rng,
                              self.settings.produced_share), hits

    def _strokes(self, rng: Rng) -> tuple[StrokeTable, Hits]:
        chosen = self.settings
        loop_s = float(np.exp(rng.uniform(np.log(chosen.shortest_s), np.log(chosen.longest_s))))
        return stroke_table([draw_loop(rng, self.bank, self.grooves, loop_s, chosen) for _ in range(chosen.rows)],
                        next_fast_len(round(loop_s * RATE), real=True), rng, chosen.cut_share)

    def _cropped(self, audio: Tensor, hits: Hits, rng: Rng) -> Batch:
        rows, loop_frames = audio.shape
        frames = round(self.settings.crop_s * RATE)
        start = rng.integers(0, loop_frames, rows)
        silent = rng.random(rows) < self.settings.silence_share
        lead = np.where(silent, rng.integers(0, frames // 3, rows), 0)
        start = np.where(silent, -lead, start)          # the loop's frame at which the crop begins
        at = torch.from_numpy(start).to(audio.device)[:, None] + torch.arange(frames, device=audio.device)
        crop = torch.gather(audio, 1, at % loop_frames) * (at >= 0)
        onsets, velocities, offsets = targets(hits, start, silent, loop_frames, frames, rows)
        present = (onsets > 0).any(axis=1)
        move = [torch.from_numpy(array.astype(np.float32)).to(audio.device)
                for array in (onsets, velocities, offsets, present, 60 * RATE * hits.beats / loop_frames)]
        return Batch(crop.float(), *move)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLoop:
    """One loop before it is rendered. voices: by (drum, variant); mono: drums whose hits cut off the one before, and by
    how many frames too late."""

    strokes: Strokes
    beats: int
    voices: dict[tuple[int, int], Voice]
    mono: dict[int, int]


def draw_loop(rng: Rng, bank: Bank, grooves: Grooves, loop_s: float, settings: SynthesisSettings) -> DrawnLoop:
    """A random loop of loop_s seconds: a plausible number of beats, a groove, and sounds."""
    counts = np.array([count for count in range(1, 33) if _SLOWEST_BPM <= 60 * count / loop_s <= _FASTEST_BPM])
    weights = np.array([8.0 if count in (4, 8, 16, 32) else 1.0 if count % 2 == 0 else 0.4 for count in counts])
    beats = int(rng.choice(counts, p=weights / weights.sum()))
    strokes = draw_strokes(rng, grooves, beats, loop_s, settings.random_share)
    strokes = strokes.of(bank.has[strokes.drums])
    if not (strokes.drums < OTHER).any():
        return draw_loop(rng, bank, grooves, loop_s, settings)
    palette = Palette(bank, rng)
    drawn = sorted(set(zip(strokes.drums.tolist(), strokes.variants.tolist(), strict=True)))
    voices = {(drum, variant): palette.voice(drum, variant) for drum, variant in drawn}
    late = round(float(np.exp(rng.uniform(*np.log(_CUT_LATE_FRAMES)))))
    mono = {drum: late for drum in range(OTHER + 1)
            if rng.random() < (_MONO_HIHAT_SHARE if drum == HIHAT else _MONO_SHARE)}
    return DrawnLoop(strokes, beats, voices, mono)


def stroke_table(rows: list[DrawnLoop], loop_frames: int, rng: Rng, cut_share: float) -> tuple[StrokeTable, Hits]:
    """The strokes of all loops, each of `loop_frames` frames, ready to render; and those on drums that have tracks."""
    sounds: list[np.ndarray] = []
    table: list[tuple[int, int, int, int, int, float, float]] = []
    at = 0
    for number, row in enumerate(rows):
        starts: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for key, voice in row.voices.items():
            starts[key] = []
            for layer in voice.layers:
                starts[key].append((at, len(layer)))
                sounds.append(layer)
                at += len(layer)
        table += _strokes_of(number, row, starts, loop_frames)
    row_, drum, frame, start, frames, gain, velocity = (np.array(column) for column in zip(*table, strict=True))
    loudest = np.zeros((len(rows), OTHER + 1))
    np.maximum.at(loudest, (row_, drum), velocity)
    known = drum < OTHER
    hits = Hits(row_[known], drum[known], frame[known], (velocity / loudest[row_, drum])[known],
                np.array([row.beats for row in rows]))
    wraps = rng.random(len(rows)) >= cut_share
    table_ = StrokeTable(np.concatenate(sounds), row_.astype(np.int64), frame.astype(np.int64), start.astype(np.int64),
                         frames.astype(np.int64), gain.astype(np.float32), wraps, loop_frames, drum.astype(np.int64))
    return table_, hits


def _strokes_of(number: int, row: DrawnLoop, starts: dict[tuple[int, int], list[tuple[int, int]]], loop_frames: int,
                ) -> list[tuple[int, int, int, int, int, float, float]]:
    strokes = row.strokes
    frame = np.round(strokes.beats / row.beats * loop_frames).astype(np.int64) % loop_frames
    found = []
    for drum in np.unique(strokes.drums):
        mine = np.nonzero(strokes.drums == drum)[0]
        mine = mine[np.argsort(frame[mine], kind="stable")]
        following = np.roll(frame[mine], -1)
        gap = (following - frame[mine]) % loop_frames
        for index, until in zip(mine, np.where(gap == 0, loop_frames, gap), strict=True):
            key = (int(drum), int(strokes.variants[index]))
            velocity = float(strokes.velocities[index])
            layers = starts[key]
            start, frames = layers[min(int(velocity * len(layers)), len(layers) - 1)]
            if drum in row.mono:
                frames = min(frames, int(until) + row.mono[int(drum)])
            found.append((number, int(drum), int(frame[index]), start, frames, row.voices[key].gain * velocity,
                          velocity))
    return found


def targets(hits: Hits, start: np.ndarray, silent: np.ndarray, loop_frames: int, frames: int, rows: int,
            ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onset triangles, velocities and offsets, each (rows, stft_frames, drums), of crops of `frames` frames.

    A crop begins at frame `start` (rows,) of the repeating loop; where `silent` (rows,), what precedes frame 0 is
    silence.
    """
    hop = RATE // STFT_FRAMES_PER_S
    count = frames // hop
    onsets = np.zeros((rows, count, len(TRACK_NAMES)), np.float32)
    velocities, offsets = np.zeros_like(onsets), np.zeros_like(onsets)
    first = np.where(silent[hits.row], hits.at_frame - start[hits.row], (hits.at_frame - start[hits.row]) % loop_frames)
    for turn in range(-1, frames // loop_frames + 2):
        place = (first + turn * loop_frames) / hop
        if turn < 0:                                       # just before the crop: its triangle may reach in
            place = np.where(silent[hits.row], -99.0, place)
        nearest = np.round(place).astype(np.int64)
        for shift in (-2, -1, 0, 1, 2):
            at = nearest + shift
            value = 1 - np.abs(at - place) / _TRIANGLE_FRAMES
            keep = (value > 0) & (at >= 0) & (at < count)
            where = (hits.row[keep], at[keep], hits.drum[keep])
            stronger = value[keep] > onsets[where]
            where = tuple(index[stronger] for index in where)
            onsets[where] = value[keep][stronger]
            velocities[where] = hits.velocity[keep][stronger]
            offsets[where] = (place - at)[keep][stronger]
    return onsets, velocities, offsets
