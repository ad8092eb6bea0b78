"""Slow twins of the effects before the rack: the same written for reading, frame by frame, from a dry mix."""

import math

import numpy as np

from engine.core.effects import Latch
from engine.core.timeline import Timeline
from tests.reference import hermite

FADE = 64


def stuttered(dry: np.ndarray, timeline: Timeline, latch: Latch, on: int, off: int) -> np.ndarray:
    """dry (frames, 2); from frame `on` to `off` what was heard a note length before is heard again and again."""
    out = dry.copy()
    length = math.floor(latch.ticks * timeline.frames_per_tick + 0.5)
    turn, turns = on, 1
    first = timeline.ticks_at(on)
    for frame in range(on, off):
        if timeline.frames_at(first + turns * latch.ticks) <= frame:
            length, turn, turns = frame - turn, frame, turns + 1
        again = np.float32(out[frame - length]) if frame >= length else np.zeros(2)
        share = min(1.0, (frame - on) / FADE)
        out[frame] = share * again + (1.0 - share) * dry[frame]
    for frame in range(off, min(len(dry), off + FADE)):
        again = np.float32(out[frame - length]) if frame >= length else np.zeros(2)
        share = (frame - off) / FADE
        out[frame] = share * dry[frame] + (1.0 - share) * again
    return out


def reversed_(dry: np.ndarray, timeline: Timeline, latch: Latch, on: int, off: int) -> np.ndarray:
    """dry (frames, 2); from frame `on` to `off` each note length of the song is heard backwards when it is over."""
    lines = [timeline.frames_at(turn * latch.ticks) for turn in range(1 + timeline.ticks_at(off) // latch.ticks)]
    past, silence, turns = np.float32(dry), np.zeros(2), [on]
    for line in lines:
        if line > on:
            turns.append(max(line, turns[-1] + FADE))

    def back(turn: int, frame: int) -> np.ndarray:
        place = turn - 1 - (frame - turn)
        return past[place] if place >= 0 else silence

    out = dry.copy()
    for frame in range(on, min(len(dry), off + FADE)):
        begun = [turn for turn in turns if turn <= frame]
        wet = back(begun[-1], frame)
        if len(begun) > 1 and frame < begun[-1] + FADE:
            share = (frame - begun[-1]) / FADE
            wet = share * wet + (1.0 - share) * back(begun[-2], frame)
        share = min(1.0, (min(frame + 1, off) - on) / FADE) - max(0, frame + 1 - off) / FADE
        out[frame] = share * wet + (1.0 - share) * dry[frame]
    return out


def stopped(dry: np.ndarray, timeline: Timeline, latch: Latch, on: int) -> np.ndarray:
    """dry (frames, 2); from frame `on` the tape runs ever slower, and stands still after the note length."""
    out = dry.copy()
    length = math.floor(latch.ticks * timeline.frames_per_tick + 0.5)
    for frame in range(on, len(dry)):
        age = frame - on
        if age >= length:
            out[frame] = 0.0
            continue
        place = frame - age * age / (2.0 * length)
        index = frame - math.ceil(frame - place) if place != frame else frame
        rows = np.array([max(index - 1, 0), index, min(index + 1, frame), min(index + 2, frame)])
        around = np.where(np.array([[index > 0], [True], [True], [True]]), np.float32(dry[rows]), 0.0)
        value = hermite(around, np.array([0]), np.array([[place - index]]))[0]
        out[frame] = value * min(1.0, 10.0 * (1.0 - age / length))
    return out


def gated(dry: np.ndarray, timeline: Timeline, latch: Latch, depths: np.ndarray) -> np.ndarray:
    """dry (frames, 2), depths (frames,): open for the first half of each note length of the song, and slow at edges."""
    out, is_open = dry.copy(), 0.0
    for frame, depth in enumerate(depths):
        if depth == 0.0:
            continue
        step = timeline.ticks_at(frame) // latch.ticks
        begin, end = timeline.frames_at(step * latch.ticks), timeline.frames_at((step + 1) * latch.ticks)
        towards = 1.0 if frame < (begin + end) // 2 else 0.0
        is_open += min(max(towards - is_open, -1.0 / FADE), 1.0 / FADE)
        out[frame] *= 1.0 - depth * (1.0 - is_open)
    return out


def duck_gain(kicks: list[int], timeline: Timeline, latch: Latch, frames: int) -> np.ndarray:
    """(frames,): what a duck at full depth leaves of the rest when kicks are triggered on these frames, ascending."""
    length = math.floor(latch.ticks * timeline.frames_per_tick)
    gain, before = np.ones(frames), 0.0

    def held(age: int, was: float) -> float:
        if age < FADE:
            return was + (1.0 - was) * age / FADE
        return max(0.0, 1.0 - (age - FADE) / length) ** 2

    for kick, following in zip(kicks, [*kicks[1:], frames], strict=True):
        for frame in range(kick, following):
            gain[frame] = 1.0 - held(frame - kick, before)
        before = held(following - kick, before)
    return gain
