"""`kit`: the solved kit of one loop plays the pattern of another, with the groove of either."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

import numpy as np

from engine.core.crossbreeding.casting import cast
from engine.core.crossbreeding.parents import Cross, Parent
from engine.core.kit import Kit
from engine.core.pattern import Pattern
from engine.core.time_signature import Quarters
from models.decompose import Decomposition
from models.plugins import Audio
from models.sounds.rendering import mix, render_tracks
from models.transformation.residual import bed, by_steps, moments


class Of(Enum):
    """One of the two loops."""

    SOURCE = "source"
    TARGET = "target"


class Residual(Enum):
    """What becomes of the kit's residual: left out; moved along with the hits; only what of it never stops; or given
    the new rhythm by the method `latent`."""

    NONE = "none"
    STEPS = "steps"
    BED = "bed"
    LATENT = "latent"


class RhythmMethod(Protocol):
    """A method that gives the rhythm of one recording to part of another: models/papers/rhythm/method.py has one."""

    def transform(self, source: Audio, target: Audio, sample_rate: int, amount: float = 1.0,
                  part: Audio | None = None) -> Audio:
        """(2, frames): `part` of the source in the rhythm of the target, as long as that."""
        ...


@dataclass(frozen=True, slots=True)
class Choices:
    """What comes from which loop. amount: 0 leaves the pattern and groove of the kit's own loop, 1 takes over those
    that are chosen. bpm, beats: of the result; None for the target's tempo and the pattern's length. latent: for a
    residual that is LATENT."""

    kit: Of = Of.SOURCE
    pattern: Of = Of.TARGET
    groove: Of = Of.TARGET
    amount: float = 1.0
    residual: Residual = Residual.BED
    bpm: float | None = None
    beats: Quarters | None = None
    latent: RhythmMethod | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Transformed:
    """A result: audio (2, frames) float32, a seamless loop; what was played; and by which drums others are played, None
    where nothing resembles them."""

    audio: Audio
    sample_rate: int
    bpm: float
    kit: Kit
    pattern: Pattern
    cast: dict[str, str | None]


def transformed(source: Decomposition, target: Decomposition, choices: Choices) -> Transformed:
    """The loop that the choices describe, at the sample rate of both decompositions."""
    loops = {Of.SOURCE: source, Of.TARGET: target}
    own, other = loops[choices.kit], source if choices.kit is Of.TARGET else target
    shares = [choices.amount if side is not choices.kit else 0.0 for side in (choices.pattern, choices.groove)]
    child = Cross(Parent(own.kit, own.pattern), Parent(other.kit, other.pattern), 0.0, *shares).child
    rate, bpm = source.sample_rate, choices.bpm or target.bpm
    pattern = child.pattern if choices.beats is None else replace(child.pattern, beats=choices.beats)
    frames = round(pattern.beats * 60.0 / bpm * rate)
    samples = {name: sample.T for name, sample in own.samples.items()}
    audio = mix(render_tracks(child.kit, pattern, samples, frames, rate), frames)
    if own.residual is not None:
        audio = audio + moved_residual(own, pattern, audio, choices)
    return Transformed(np.asarray(audio, np.float32), rate, bpm, child.kit, pattern,
                       {drum: by for drum, by in cast([track.name for track in other.pattern.tracks],
                                                      own.kit.one_shots).items() if drum != by})


def moved_residual(own: Decomposition, pattern: Pattern, played: Audio, choices: Choices) -> Audio:
    """(2, frames): the residual of a decomposition, for another pattern of its kit. played: that pattern, (2,
    frames)."""
    assert own.residual is not None
    residual, how, frames = own.residual.T, choices.residual, played.shape[1]
    if how is Residual.LATENT:
        assert choices.latent is not None, "a method for it"
        return choices.latent.transform(own.audio.T, played, own.sample_rate, part=residual)
    if how is Residual.STEPS:
        there = moments(replace(own.pattern, beats=own.loop.beats), residual.shape[1], own.sample_rate)
        return by_steps(residual, there, moments(pattern, frames, own.sample_rate), frames, own.sample_rate)
    return bed(residual, frames) if how is Residual.BED else np.zeros((2, frames), np.float32)
