"""Loops with known answers for the tests: the demo's drums, played by any pattern."""

import numpy as np

from engine.core.loop import Audio
from engine.core.pattern import Pattern, Step, Track
from models.decompose import Tools, frames_first
from models.demo import demo_kit
from models.hearing.onset_strength import OnsetStrength
from models.plugins import Onset
from models.separation.template_masks import TemplateMasks
from models.sounds.one_shots import LeastDisturbed
from models.sounds.rendering import mix, render_tracks

RATE = 44100
TOOLS = Tools(OnsetStrength(), TemplateMasks(), LeastDisturbed())


def pattern_of(steps_per_beat: int = 4, swing: float = 0.5, **letters: str) -> Pattern:
    """A pattern drawn with letters: x loud, o soft, anything else silent."""
    loud = {"x": Step(1.0), "o": Step(0.5)}
    tracks = tuple(Track(name, tuple(loud.get(letter) for letter in drawn), steps_per_beat)
                   for name, drawn in letters.items())
    return Pattern(tracks, len(tracks[0].steps) // steps_per_beat, swing)


def audio_of(pattern: Pattern, bpm: float, sample_rate: int = RATE) -> Audio:
    """The demo's kit playing it round and round: (frames, 2) float32."""
    kit, samples = demo_kit(sample_rate)
    frames = round(pattern.beats * 60.0 / bpm * sample_rate)
    stems = render_tracks(kit, pattern, {name: sample.T for name, sample in samples.items()}, frames, sample_rate)
    return frames_first(mix(stems, frames))


def onsets_of(pattern: Pattern, length_s: float) -> list[Onset]:
    """The true onsets of every stroke, to the tick."""
    from engine.core.groove import step_onset_ticks

    s_per_tick = length_s / (pattern.beats * 960)
    found = []
    for track in pattern.tracks:
        for index, step in enumerate(track.steps):
            tick = step_onset_ticks(pattern, track, index)
            if step is not None and tick is not None:
                found.append(Onset(track.name, float(tick % (pattern.beats * 960)) * s_per_tick, step.velocity,
                                   step.confidence))
    return sorted(found, key=lambda onset: (onset.time_s, onset.track))


def noise(seconds: float, sample_rate: int = RATE, level: float = 0.1) -> np.ndarray:
    """Steady noise (2, frames), always the same."""
    rng = np.random.default_rng(7)
    return (level * rng.normal(size=(2, round(seconds * sample_rate)))).astype(np.float32)
