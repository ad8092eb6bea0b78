"""Slow twins of the kernels: the same sums written for reading, from the Machine itself, with no shared code
beyond core's musical arithmetic."""

from collections.abc import Mapping

import numpy as np

from engine.core.groove import chance, sounds_on_pass, step_onset_ticks, stroke_ticks
from engine.core.kit import OneShot, SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine

CHOKE_S = 0.002


def strokes(machine: Machine, frames: int) -> list[tuple[int, int, float]]:
    """Every stroke in the first `frames` frames of a song that starts at frame 0: (frame, track, velocity)."""
    found = []
    last_tick = machine.timeline.ticks_at(frames) + 4 * 960
    for index, track in enumerate(machine.pattern.tracks):
        for grid_index in range(last_tick // track.step_ticks + 4):
            onset = step_onset_ticks(machine.pattern, track, grid_index)
            if onset is None or not machine.audible(track.name):
                continue
            step = track.steps[grid_index % len(track.steps)]
            assert step is not None
            skipped = step.probability < 1.0 and chance(machine.seed, index, grid_index) >= step.probability
            if skipped or not sounds_on_pass(step, grid_index // len(track.steps)):
                continue
            for tick in stroke_ticks(step, max(0, onset), track.step_ticks):
                frame = machine.timeline.frames_at(tick)
                if frame < frames:
                    found.append((frame, index, step.velocity))
    return sorted(found, key=lambda stroke: stroke[:2])


def resampled(sample: Audio, increment: float) -> np.ndarray:
    """The sample at another speed, float64, by the 4-point Hermite formula; all of it."""
    frames = int(np.ceil(len(sample) / increment)) + 1
    place = np.arange(frames) * increment
    place = place[place.astype(int) < len(sample)]
    index, fraction = place.astype(int), (place - place.astype(int))[:, None]
    padded = np.vstack((np.zeros((1, 2)), sample.astype(np.float64), np.zeros((2, 2))))
    before, here, after, beyond = (padded[index + offset] for offset in range(4))
    slope, bend = (after - before) / 2, before - 2.5 * here + 2 * after - beyond / 2
    twist = (beyond - before) / 2 + 1.5 * (here - after)
    return ((twist * fraction + bend) * fraction + slope) * fraction + here


def voice(one_shot: OneShot, sample: Audio, velocity: float, sample_rate: int, choked_after: int | None) -> np.ndarray:
    """All that one stroke adds, from its frame on, float64 (frames, 2)."""
    sound = resampled(sample, 2.0 ** (one_shot.pitch_semitones / 12.0))
    age = np.arange(len(sound))
    gain = np.ones(len(sound))
    attack = round(one_shot.attack_s * sample_rate)
    if attack:
        gain *= np.minimum(1.0, age / attack)
    if one_shot.decay_s is not None:
        gain *= np.maximum(0.0, 1.0 - age / max(1, round(one_shot.decay_s * sample_rate)))
    if choked_after is not None:
        gain *= np.clip(1.0 - (age - choked_after) / max(1, round(CHOKE_S * sample_rate)), 0.0, 1.0)
    sides = np.array([min(1.0, 1.0 - one_shot.pan), min(1.0, 1.0 + one_shot.pan)])
    return sound * gain[:, None] * velocity * one_shot.gain * sides


def render(machine: Machine, bank: Mapping[SampleId, Audio], frames: int) -> np.ndarray:
    """The kit played by the pattern, dry, float64 (frames, 2), below the polyphony limit."""
    out = np.zeros((frames, 2))
    if not machine.playing:
        return out
    names = [track.name for track in machine.pattern.tracks]
    played = [(frame, machine.kit.one_shots[names[track]], velocity)
              for frame, track, velocity in strokes(machine, frames) if names[track] in machine.kit.one_shots]
    for number, (frame, one_shot, velocity) in enumerate(played):
        later = [other for other, shot, _ in played[number + 1 :]
                 if one_shot.choke_group is not None and shot.choke_group == one_shot.choke_group]
        choked_after = later[0] - frame if later else None
        sound = voice(one_shot, bank[one_shot.sample], velocity, machine.timeline.sample_rate, choked_after)
        end = min(frames, frame + len(sound))
        out[frame:end] += sound[: end - frame]
    return out


def most_voices(machine: Machine, bank: Mapping[SampleId, Audio], frames: int) -> int:
    """An upper bound of how many voices sound at once."""
    longest = max((len(sample) for sample in bank.values()), default=0) * 2
    times = [frame for frame, _, _ in strokes(machine, frames)]
    return max((sum(start - longest < other <= start for other in times) for start in times), default=0)
