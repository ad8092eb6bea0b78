"""Slow twins of the kernels: the same sums written for reading, from the Machine itself, with no shared code
beyond core's musical arithmetic."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.signal import butter, lfilter

from engine.core.groove import chance, grid_ticks, sounds_on_pass, step_onset_ticks, stroke_ticks
from engine.core.kit import OneShot, SampleId
from engine.core.loop import Audio, PlayedLoop
from engine.core.machine import Listen, Machine
from engine.core.midi_bytes import SIXTEENTH_TICKS
from engine.core.step import Step, When
from engine.core.timeline import PPQN

CHOKE_S = 0.002
RAMP_S = 0.005
GAINS = {Listen.ORIGINAL: (0, 1, 0), Listen.KIT_AND_RESIDUAL: (1, 0, 1), Listen.KIT: (1, 0, 0)}


class Stroke(NamedTuple):
    """One stroke: its frame, its track's index, its step, and how many strokes of each step of the track came
    before it: whole passes, and this pass up to it as (step index, stroke)."""

    frame: int
    track: int
    step: Step
    turn: int
    place: tuple[int, int]


def strokes(machine: Machine, frames: int) -> list[tuple[int, int, float]]:
    """Every stroke in the first `frames` frames of a song that starts at frame 0: (frame, track, velocity)."""
    return [(stroke.frame, stroke.track, stroke.step.velocity) for stroke in all_strokes(machine, frames)]


def all_strokes(machine: Machine, frames: int) -> list[Stroke]:
    """Likewise, with all there is to know of each."""
    found = []
    phase = machine.phase_ticks
    last_tick = machine.timeline.ticks_at(frames) + 4 * PPQN - phase
    for index, track in enumerate(machine.pattern.tracks):
        for grid_index in range(-phase // track.step_ticks - 4, last_tick // track.step_ticks + 4):
            onset = step_onset_ticks(machine.pattern, track, grid_index)
            if onset is None or not machine.audible(track.name):
                continue
            grid_tick = phase + grid_ticks(machine.pattern, track, grid_index)
            if grid_tick < 0:
                continue
            turn, place = divmod(grid_index, len(track.steps))
            step = track.steps[place]
            assert step is not None
            skipped = step.probability < 1.0 and chance(machine.seed, index, grid_index) >= step.probability
            fills = grid_tick < machine.fill_until_ticks
            if skipped or not sounds_on_pass(step, turn) or step.when is (When.NOT_FILL if fills else When.FILL):
                continue
            for number, tick in enumerate(stroke_ticks(step, max(0, phase + onset), track.step_ticks)):
                frame = machine.timeline.frames_at(tick)
                if 0 <= frame < frames:
                    found.append(Stroke(frame, index, step, turn, (place, number)))
    return sorted(found, key=lambda stroke: stroke[:2])


def one_shot_of(machine: Machine, stroke: Stroke) -> OneShot | None:
    """What the stroke sounds as: a one-shot of one recording, with the step's own wishes."""
    kit, track = machine.kit.one_shots, machine.pattern.tracks[stroke.track]
    own = stroke.step.overrides

    def name_of(step: Step) -> str:
        wanted = step.overrides.one_shot
        return wanted if wanted in kit else track.name

    name = name_of(stroke.step)
    if name not in kit:
        return None
    one_shot = kit[name]
    recordings = one_shot.recordings(stroke.step.velocity)
    alike = [(place, number) for place, step in enumerate(track.steps) if step is not None
             if name_of(step) == name and one_shot.recordings(step.velocity) == recordings
             for number in range(step.ratchet)]
    turn = stroke.turn * len(alike) + alike.index(stroke.place)
    recording = recordings[turn % len(recordings)]
    wishes = {key: value for key in ("pitch_semitones", "decay_s", "cutoff_hz")
              if (value := getattr(own, key)) is not None}
    return replace(one_shot, sample=recording.sample, frames=recording.frames, layers=(),
                   gain=min(16.0, one_shot.gain * recording.gain), **wishes)


def resampled(sample: Audio, increment: float) -> np.ndarray:
    """The sample at another speed, float64, by the 4-point Hermite formula; all of it."""
    frames = int(np.ceil(len(sample) / increment)) + 1
    place = np.arange(frames) * increment
    place = place[place.astype(int) < len(sample)]
    index, fraction = place.astype(int), (place - place.astype(int))[:, None]
    return hermite(np.vstack((np.zeros((1, 2)), sample.astype(np.float64), np.zeros((2, 2)))), index, fraction)


def hermite(padded: np.ndarray, index: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """The curve through padded[index .. index + 3], at `fraction` between the middle two."""
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
    if one_shot.cutoff_hz is not None:
        sound = low_passed(sound, one_shot.cutoff_hz, sample_rate)
    if choked_after is not None:
        gain *= np.clip(1.0 - (age - choked_after) / max(1, round(CHOKE_S * sample_rate)), 0.0, 1.0)
    sides = np.array([min(1.0, 1.0 - one_shot.pan), min(1.0, 1.0 + one_shot.pan)])
    return sound * gain[:, None] * velocity * one_shot.gain * sides


def low_passed(sound: np.ndarray, cutoff_hz: float, sample_rate: int) -> np.ndarray:
    """A second-order Butterworth low-pass by the bilinear transform, its cutoff at most 0.45 of the rate."""
    b, a = butter(2, min(cutoff_hz / sample_rate, 0.45) * 2.0)
    return lfilter(b, a, sound, axis=0)


def deck(machine: Machine, loop: PlayedLoop, sample: Audio, frames: int) -> np.ndarray:
    """The recording in time with a song that starts at frame 0, float64 (frames, 2): each pass from its own
    first frame on, frame for frame at the loop's own tempo, else by the Hermite formula round the loop's end."""
    timeline, length_ticks = machine.timeline, loop.beats * PPQN
    played = length_ticks * timeline.frames_per_tick
    own_tempo = abs(played - loop.frames) < 1.0
    increment = 1.0 if own_tempo else loop.frames / played
    around = np.vstack((sample[-1:], sample, sample[:2])).astype(np.float64)
    out = np.zeros((frames, 2))
    began = machine.loop_ticks - loop.downbeat_ticks
    first = -began // length_ticks - 1
    for turn in range(first, (timeline.ticks_at(frames) - began) // length_ticks + 2):
        start, end = (timeline.frames_at(began + pass_ * length_ticks) for pass_ in (turn, turn + 1))
        now = np.arange(max(0, start), min(frames, end))
        place = (now - start) * increment
        index = np.minimum(place.astype(int), loop.frames - 1)
        if own_tempo:
            out[now] = sample[index]
        else:
            out[now] = hermite(around, index, (place - index)[:, None])
    return out


def render(machine: Machine, bank: Mapping[SampleId, Audio], frames: int) -> np.ndarray:
    """All that is heard of a machine that plays from frame 0 on, dry, float64 (frames, 2)."""
    if not machine.playing:
        return np.zeros((frames, 2))
    rate, loop = machine.timeline.sample_rate, machine.loop
    kit_gain, loop_gain, residual_gain = GAINS[machine.listen]
    ramp = np.minimum(1.0, np.arange(frames) / round(RAMP_S * rate))[:, None]
    out = kit(machine, bank, frames) * (1.0 + (kit_gain - 1.0) * ramp)
    if loop is not None and loop_gain:
        out += deck(machine, loop, bank[loop.sample], frames)
    if loop is not None and loop.residual is not None and residual_gain:
        out += deck(machine, loop, bank[loop.residual], frames)
    return out


def kit(machine: Machine, bank: Mapping[SampleId, Audio], frames: int) -> np.ndarray:
    """The kit played by the pattern, float64 (frames, 2), below the polyphony limit."""
    out = np.zeros((frames, 2))
    played = [(stroke.frame, one_shot, stroke.step.velocity) for stroke in all_strokes(machine, frames)
              if (one_shot := one_shot_of(machine, stroke)) is not None]
    for number, (frame, one_shot, velocity) in enumerate(played):
        later = [other for other, shot, _ in played[number + 1 :]
                 if one_shot.choke_group is not None and shot.choke_group == one_shot.choke_group]
        choked_after = later[0] - frame if later else None
        sample = bank[one_shot.sample][: one_shot.frames]
        sound = voice(one_shot, sample, velocity, machine.timeline.sample_rate, choked_after)
        end = min(frames, frame + len(sound))
        out[frame:end] += sound[: end - frame]
    return out


def most_voices(machine: Machine, bank: Mapping[SampleId, Audio], frames: int) -> int:
    """An upper bound of how many voices sound at once."""
    longest = max((len(sample) for sample in bank.values()), default=0) * 4
    times = [frame for frame, _, _ in strokes(machine, frames)]
    return max((sum(start - longest < other <= start for other in times) for start in times), default=0)


def clock_bytes(scenes: list[tuple[int, Machine]], output: int, frames: int) -> list[tuple[int, bytes]]:
    """What output 1..4 sends up to the song's frame `frames`, (frame, message), when every change is known early.

    scenes: (frame from which it is in force, machine), ascending, the first one resting.
    """
    sent: list[tuple[int, bytes]] = []
    running, following = False, -2
    ends = [frame for frame, _ in scenes[1:]] + [frames]
    for (begin, machine), end in zip(scenes, ends, strict=True):
        timeline, clock = machine.timeline, machine.midi.clocks[output - 1]
        late = int(np.floor(clock.offset_ms * timeline.sample_rate / 1000 + 0.5))
        before = round(0.001 * timeline.sample_rate)
        if running and not (machine.playing and clock.on):
            sent.append((max(begin + late, sent[-1][0]), b"\xfc"))
            running = False
        if not clock.on or not (machine.playing or clock.runs_stopped):
            continue
        if machine.playing and not running:
            sixteenth = -(-timeline.ticks_at(begin) // SIXTEENTH_TICKS)
            following, running = 6 * sixteenth, True
            at = max(timeline.frames_at(40 * following) + late - before, sent[-1][0] if sent else 0)
            if sixteenth:
                sent.append((at, bytes((0xF2, sixteenth & 127, sixteenth >> 7))))
            sent.append((at, b"\xfb" if sixteenth else b"\xfa"))
        elif not machine.playing:
            reached = -(-timeline.ticks_at(begin) // 40)
            if abs(following - reached) > 1:  # else a clock half a frame before the stop would come twice
                following = reached
        while timeline.frames_at(40 * following) < end:
            sent.append((timeline.frames_at(40 * following) + late, b"\xf8"))
            following += 1
    return sent
