"""Hits played by a kit as one stereo recording, in NumPy: the sound of an imported kit, and what exports are checked
against."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.core.kit import Kit, Layer, OneShot
from engine.core.loop import Audio
from engine.core.timeline import PPQN
from engine.library.sounds import as_played
from engine.library.strokes import Stroke

CHOKE_S = 0.002


def mixdown(kit: Kit, samples: Mapping[str, Audio], sample_rate: int, played: Mapping[str, list[Stroke]], end: int,
            bpm: float) -> Audio:
    """The strokes of all tracks as float32 (frames, 2), `end` ticks long. Round robins take turns, choke groups cut,
    steps change their sound; what still rings at the end is cut."""
    frames_per_tick = 60.0 * sample_rate / (bpm * PPQN)
    out = np.zeros((max(1, round(end * frames_per_tick)), 2), np.float32)
    strokes = sorted((stroke for found in played.values() for stroke in found if stroke.sound in kit.one_shots),
                     key=lambda stroke: stroke.tick)
    starts = [round(stroke.tick * frames_per_tick) for stroke in strokes]
    turns: Counter[tuple[str, float]] = Counter()
    sounds: dict[tuple[OneShot, Layer], Audio] = {}  # each is shaped and pitched once
    for at, (stroke, start) in enumerate(zip(strokes, starts, strict=True)):
        if start >= len(out):
            break
        shot = _changed(kit.one_shots[stroke.sound], stroke)
        choices = shot.recordings(stroke.velocity)
        layer = choices[turns[stroke.sound, choices[0].velocity] % len(choices)]
        turns[stroke.sound, choices[0].velocity] += 1
        if (shot, layer) not in sounds:
            sounds[shot, layer] = as_played(samples[layer.sample], shot, layer, sample_rate)
        voice = stroke.velocity * sounds[shot, layer]
        cuts = [other for later, other in zip(strokes[at + 1:], starts[at + 1:], strict=True)
                if shot.choke_group is not None and kit.one_shots[later.sound].choke_group == shot.choke_group
                and other > start]
        if cuts:
            voice = _choked(voice, cuts[0] - start, sample_rate)
        sounding = max(0, min(len(voice), len(out) - start))  # none of a stroke in a later pass than the first
        out[start : start + sounding] += voice[:sounding]
    return out


def _changed(shot: OneShot, stroke: Stroke) -> OneShot:
    """The one-shot as this step plays it."""
    if stroke.step is None:
        return shot
    own = stroke.step.overrides
    return replace(shot, pitch_semitones=shot.pitch_semitones if own.pitch_semitones is None else own.pitch_semitones,
                   decay_s=shot.decay_s if own.decay_s is None else own.decay_s,
                   cutoff_hz=shot.cutoff_hz if own.cutoff_hz is None else own.cutoff_hz)


def _choked(voice: Audio, after: int, sample_rate: int) -> Audio:
    fade = max(1, round(CHOKE_S * sample_rate))
    short = voice[: after + fade].copy()
    if len(short) > after:
        short[after:] *= (1.0 - np.arange(1, len(short) - after + 1) / fade)[:, None]
    return short
