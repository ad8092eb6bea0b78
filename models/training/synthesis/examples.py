"""Endless loops with exact answers. Batch `step` of `seed` is always the same batch, on whatever machine.

A batch's loops share one length, so that everything circular (tails, rooms, filters) is one transform for
all of them; each has its own tempo, groove, sounds and production. What the net gets is four seconds of the
loop going round from a random moment on, sometimes with silence before the loop starts.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import Tensor

from engine.core.pattern import TRACK_NAMES
from models.hearing.spectrogram import STFT_FRAMES_PER_S
from models.training.synthesis.bank import OTHER, RATE, Bank
from models.training.synthesis.palette import Palette, Voice
from models.training.synthesis.patterns import Grooves, Strokes, draw_strokes
from models.training.synthesis.production import produced, produced_parts
from models.training.synthesis.rendering import Score, render, render_parts

Rng = np.random.Generator
_TRIANGLE_FRAMES = 1.5            # half width of an onset's target, in STFT frames


@dataclass(frozen=True, slots=True)
class SynthesisSettings:
    """What to make. rows: loops a batch; crop_s: seconds of each; shares are probabilities per loop."""

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
        """The answers' length."""
        return round(self.crop_s * STFT_FRAMES_PER_S)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """audio (rows, frames) float32; onsets, velocities, offsets (rows, stft_frames, drums) float32: a triangle
    around each exact onset; beside it the hit's amplitude over the loudest of its drum, and where it lies
    in STFT frames after that frame's centre. present (rows, drums): whether the drum sounds at all.
    bpm (rows,): the tempo."""

    audio: Tensor
    onsets: Tensor
    velocities: Tensor
    offsets: Tensor
    present: Tensor
    bpm: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Every known stroke of a batch of loops: row, drum, frame in the loop, velocity over the loudest; and
    the quarter notes of every loop."""

    row: np.ndarray
    drum: np.ndarray
    at_frame: np.ndarray
    velocity: np.ndarray
    beats: np.ndarray


class Synthesis:
    """Batches by number."""

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
        """Finished loops (rows, loop_frames) at peak 1 and their strokes."""
        score, hits = self._score(rng)
        return produced(render(score, self._device), rng, self.settings.produced_share), hits

    def loops_and_stems(self, rng: Rng) -> tuple[Tensor, Hits]:
        """The same with their stems: (rows, 1 + drums, loop_frames), the loop and then every drum of it.

        The stems are what each drum adds to the finished loop (models.training.synthesis.production); percussion that
        no track is kept for, and noise, are in the loop alone.
        """
        score, hits = self._score(rng)
        return produced_parts(render_parts(score, self._device, len(TRACK_NAMES)), rng,
                              self.settings.produced_share), hits

    def _score(self, rng: Rng) -> tuple[Score, Hits]:
        chosen = self.settings
        loop_s = float(np.exp(rng.uniform(np.log(chosen.shortest_s), np.log(chosen.longest_s))))
        return score_of([draw_row(rng, self.bank, self.grooves, loop_s, chosen) for _ in range(chosen.rows)],
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
class Row:
    """One loop before it is rendered: strokes by time, each with its voice; mono: drums whose hits cut off
    the one before."""

    strokes: Strokes
    beats: int
    voices: dict[tuple[int, int], Voice]
    mono: frozenset[int]


def draw_row(rng: Rng, bank: Bank, grooves: Grooves, loop_s: float, settings: SynthesisSettings) -> Row:
    """A loop of about `loop_s` seconds: a likely count of beats, a groove, a palette."""
    counts = np.array([count for count in range(1, 33) if 56 <= 60 * count / loop_s <= 205])
    weights = np.array([8.0 if count in (4, 8, 16, 32) else 1.0 if count % 2 == 0 else 0.4 for count in counts])
    beats = int(rng.choice(counts, p=weights / weights.sum()))
    strokes = draw_strokes(rng, grooves, beats, loop_s, settings.random_share)
    strokes = strokes.of(bank.has[strokes.drums])
    if not (strokes.drums < OTHER).any():
        return draw_row(rng, bank, grooves, loop_s, settings)
    palette = Palette(bank, rng)
    drawn = sorted(set(zip(strokes.drums.tolist(), strokes.variants.tolist(), strict=True)))
    voices = {(drum, variant): palette.voice(drum, variant) for drum, variant in drawn}
    mono = frozenset(drum for drum in range(OTHER + 1) if rng.random() < (0.75 if drum == 3 else 0.35))
    return Row(strokes, beats, voices, mono)


def score_of(rows: list[Row], loop_frames: int, rng: Rng, cut_share: float) -> tuple[Score, Hits]:
    """The rows lowered to one score of `loop_frames` frames each, and their known strokes."""
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
        table += _lowered(number, row, starts, loop_frames)
    row_, drum, frame, start, frames, gain, velocity = (np.array(column) for column in zip(*table, strict=True))
    loudest = np.zeros((len(rows), OTHER + 1))
    np.maximum.at(loudest, (row_, drum), velocity)
    known = drum < OTHER
    hits = Hits(row_[known], drum[known], frame[known], (velocity / loudest[row_, drum])[known],
                np.array([row.beats for row in rows]))
    wraps = rng.random(len(rows)) >= cut_share
    return Score(np.concatenate(sounds), row_.astype(np.int64), frame.astype(np.int64), start.astype(np.int64),
                 frames.astype(np.int64), gain.astype(np.float32), wraps, loop_frames, drum.astype(np.int64)), hits


def _lowered(number: int, row: Row, starts: dict[tuple[int, int], list[tuple[int, int]]], loop_frames: int,
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
                frames = min(frames, int(until) + 60)
            found.append((number, int(drum), int(frame[index]), start, frames, row.voices[key].gain * velocity,
                          velocity))
    return found


def targets(hits: Hits, start: np.ndarray, silent: np.ndarray, loop_frames: int, frames: int, rows: int,
            ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onset triangles, velocities, offsets, each (rows, stft_frames, drums), of crops of `frames` frames
    that begin at `start` of a loop going round (never before its frame 0 where `silent`)."""
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
