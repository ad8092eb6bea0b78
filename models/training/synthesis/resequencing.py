"""Pairs of loops with the true answer to "play the one as the other": the source's own one-shots at the target's hits
(Hockman & Drysdale, AES 2025, section 3). Where the source lacks a drum, the nearest of its family plays."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.core.crossbreeding.casting import stand_in
from engine.core.pattern import TRACK_NAMES
from models.papers.rhythm.conditions import DRUMS as R_DRUMS
from models.papers.rhythm.encoder import COLUMNS, RATE, STRIDE
from models.papers.rhythm.recipe import RhythmBatch
from models.training.synthesis.bank import OTHER, Bank
from models.training.synthesis.examples import DrawnLoop, SynthesisSettings, draw_loop, stroke_table
from models.training.synthesis.patterns import Grooves, Strokes
from models.training.synthesis.rendering import render

Rng = np.random.Generator
_CPU = torch.device("cpu")
_SEGMENT = COLUMNS * STRIDE
_WIDTH = 1.5                     # columns from an onset to where r is 0
_LOST_SHARE, _FALSE_SHARE = 0.04, 0.03   # of r's hits that a transcriber would miss, or would make up
_UNSURE = (0.6, 1.0)             # how high r's other peaks are
_ROOM_S, _ROOM_DB, _ROOM_LATE_S = (0.3, 1.0), (-12.0, -3.0), 0.01  # until 60 dB below; its energy over a hit's
_CLOSE = 0.3                     # columns, standard deviation of its errors of time
_R_OF = np.array([R_DRUMS.index(name if name in R_DRUMS else "cymbal") for name in TRACK_NAMES])


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A loop (frames,) float32 at peak 1, and its hits (hits,) on drums that have tracks: drums, indices into
    TRACK_NAMES; at_frames; velocities, over each drum's loudest."""

    audio: np.ndarray
    drums: np.ndarray
    at_frames: np.ndarray
    velocities: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """source and target, and the answer: what the source's kit sounds like when it plays the target's part."""

    source: Made
    target: Made
    answer: Made


def draw_pair(rng: Rng, bank: Bank, grooves: Grooves, source_s: float, target_s: float) -> Pair:
    """A pair of circular loops of these lengths, each with its own kit, groove and tempo."""
    settings = SynthesisSettings()
    while True:
        source = _named(draw_loop(rng, bank, grooves, source_s, settings))
        target = _named(draw_loop(rng, bank, grooves, target_s, settings))
        answer = recast(source, target)
        if (answer.strokes.drums < OTHER).any():
            return Pair(made(source, source_s, rng), made(target, target_s, rng), made(answer, target_s, rng))


def in_a_room(pair: Pair, rng: Rng) -> Pair:
    """The pair with source and answer in the same room: noise that dies away, circular as the loops are."""
    frames = round(rng.uniform(*_ROOM_S) * RATE)
    tail = rng.normal(size=frames) * 10 ** (-3.0 * np.arange(frames) / frames)
    tail *= 10 ** (rng.uniform(*_ROOM_DB) / 20) / float(np.sqrt(np.sum(tail**2)))
    return replace(pair, source=_wet(pair.source, tail), answer=_wet(pair.answer, tail))


def _wet(loop: Made, tail: np.ndarray) -> Made:
    """The loop and its room (frames,), which begins 10 ms later."""
    frames, late = len(loop.audio), round(_ROOM_LATE_S * RATE)
    around = np.zeros(frames)
    np.add.at(around, (late + np.arange(len(tail))) % frames, tail)
    audio = loop.audio + np.fft.irfft(np.fft.rfft(loop.audio) * np.fft.rfft(around), n=frames)
    return replace(loop, audio=(audio / max(float(np.abs(audio).max()), 1e-6)).astype(np.float32))


def _named(drawn: DrawnLoop) -> DrawnLoop:
    """The loop without percussion that has no track, of which r says nothing."""
    return replace(drawn, strokes=drawn.strokes.of(drawn.strokes.drums < OTHER),
                   voices={key: voice for key, voice in drawn.voices.items() if key[0] < OTHER})


def recast(source: DrawnLoop, target: DrawnLoop) -> DrawnLoop:
    """The target's strokes, played by the sounds of the source; those that nothing in it can play are left out."""
    there = {TRACK_NAMES[drum]: drum for drum, _ in source.voices}
    playing = np.array([there.get(stand_in(name, list(there)) or "", -1) for name in TRACK_NAMES])
    strokes = target.strokes
    drums = playing[strokes.drums]
    variants = np.array([_variant(source, int(drum), int(variant))
                         for drum, variant in zip(drums, strokes.variants, strict=True)], np.int64)
    played = Strokes(drums, strokes.beats, strokes.velocities, variants).of(drums >= 0)
    return replace(source, strokes=played, beats=target.beats)


def _variant(source: DrawnLoop, drum: int, variant: int) -> int:
    """The sound of that drum which the source has, this variant if it can be."""
    own = [number for there, number in source.voices if there == drum]
    return variant if variant in own else min(own, default=0)


def made(drawn: DrawnLoop, loop_s: float, rng: Rng) -> Made:
    """The loop as audio, its tails wrapped round its end."""
    table, hits = stroke_table([drawn], round(loop_s * RATE), rng, cut_share=0.0)
    audio = render(table, _CPU)[0].numpy()
    return Made(audio / max(float(np.abs(audio).max()), 1e-6), hits.drum, hits.at_frame, hits.velocity)


class RhythmSynthesis:
    """Endless batches of segments. A batch follows from seed and number, so a resumed run repeats nothing."""

    def __init__(self, bank: Bank, grooves: Grooves, seed: int, rows: int) -> None:
        self._bank, self._grooves, self._seed, self._rows = bank, grooves, seed, rows

    def batch(self, number: int) -> RhythmBatch:
        """The batch of that number, always the same."""
        rng = np.random.default_rng((self._seed, number, 1925))
        length_s = _SEGMENT / RATE
        pairs = [draw_pair(rng, self._bank, self._grooves, length_s, length_s) for _ in range(self._rows)]
        audio = [torch.from_numpy(np.stack([getattr(pair, name).audio for pair in pairs]))
                 for name in ("source", "target", "answer")]
        heard = [torch.from_numpy(np.stack([heard_as(getattr(pair, name), rng) for pair in pairs]))
                 for name in ("source", "target")]
        return RhythmBatch(*audio, *heard)

    def loops(self, number: int) -> torch.Tensor:
        """(rows, COLUMNS * STRIDE): single loops for stage 1."""
        rng = np.random.default_rng((self._seed, number, 1924))
        drawn = [draw_loop(rng, self._bank, self._grooves, _SEGMENT / RATE, SynthesisSettings())
                 for _ in range(self._rows)]
        audio = render(stroke_table(drawn, _SEGMENT, rng, cut_share=0.0)[0], _CPU)
        return audio / audio.abs().amax(dim=1, keepdim=True).clamp(min=1e-6)


def heard_as(loop: Made, rng: Rng | None = None) -> np.ndarray:
    """r (drums, columns) float32 of a loop: a triangle for each hit; with `rng` as unsure and faulty as a transcriber
    is."""
    columns = len(loop.audio) // STRIDE
    drums, places = _R_OF[loop.drums], loop.at_frames / STRIDE - 0.5
    heights = np.ones(len(drums))
    if rng is not None:
        count = int(rng.binomial(len(drums), _FALSE_SHARE))
        kept = rng.random(len(drums)) >= _LOST_SHARE
        drums = np.concatenate([drums[kept], rng.integers(0, len(R_DRUMS), count)])
        places = np.concatenate([places[kept], rng.uniform(0, columns, count)])
        places = places + rng.normal(0, _CLOSE, len(drums))
        heights = rng.uniform(*_UNSURE, len(drums))
    r = np.zeros((len(R_DRUMS), columns), np.float32)
    for drum, place, height in zip(drums, places, heights, strict=True):
        for at in range(int(place) - 2, int(place) + 4):
            value = height * (1 - abs(at - place) / _WIDTH)
            r[drum, at % columns] = max(r[drum, at % columns], value)
    return r


