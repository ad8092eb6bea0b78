"""JACK's transport is followed to the beat, however coarsely or wrongly its timebase counts."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.core.commands import FollowTempo, Play, apply
from engine.core.machine import Machine, empty_machine
from engine.core.timeline import PPQN, Ticks
from engine.sync.transport_follower import TransportFollower, TransportMoment

RATE, TURN_FRAMES, AHEAD_FRAMES = 48000, 512, 640
STILL = empty_machine(RATE, 120.0)


def beats_off_ms(said: Callable[[int], TransportMoment], meant: Callable[[int], float], seconds: float,
                 machine: Machine | None = None) -> np.ndarray:
    """How late each beat of a song is that begins with the transport on frame 0. said: what the timebase says on a
    frame; meant: the song tick that it means."""
    follower, beats = TransportFollower(RATE), list[float]()
    machine = apply(Play(), machine or STILL, 0)
    for now in range(0, round(seconds * RATE), TURN_FRAMES):
        while (frame := machine.timeline.frames_at(Ticks(PPQN * len(beats)))) < now + AHEAD_FRAMES:
            beats.append((PPQN * len(beats) - meant(frame)) / (meant(frame + 1) - meant(frame)))
        steer = follower.steer(machine, said(now), now + AHEAD_FRAMES)
        machine = machine if steer is None else apply(steer, machine, now + AHEAD_FRAMES)
    return -np.array(beats) * 1000.0 / RATE


def rolling(bpm: float, frame: int) -> float:
    return frame * bpm * PPQN / (60.0 * RATE)


@pytest.mark.parametrize("bpm", [60.0, 96.0, 174.0, 200.0])
@pytest.mark.parametrize("per_beat", [48, 1920])
def test_ticks_that_are_coarse_are_met_to_the_millisecond(bpm: float, per_beat: int) -> None:
    grain = PPQN / per_beat
    tempo_known = apply(FollowTempo(bpm, bpm), STILL, 0)
    off_ms = beats_off_ms(lambda at: TransportMoment(at, True, bpm, rolling(bpm, at) // grain * grain, grain),
                          lambda at: rolling(bpm, at), 20.0, tempo_known)
    assert np.abs(off_ms).max() < 1.0, off_ms
    assert np.abs(off_ms[4:]).max() < 0.2, off_ms


@pytest.mark.parametrize("bpm", [60.0, 200.0])
def test_a_tempo_that_is_heard_only_with_the_first_beat_is_met_by_the_second(bpm: float) -> None:
    off_ms = beats_off_ms(lambda at: TransportMoment(at, True, bpm, rolling(bpm, at)), lambda at: rolling(bpm, at), 6.0)
    assert np.abs(off_ms).max() < 1.0, off_ms


def test_a_tempo_that_changes_is_met_within_a_beat() -> None:
    def meant(at: int) -> float:
        return rolling(120.0, min(at, 100_000)) + rolling(77.0, max(0, at - 100_000))

    off_ms = beats_off_ms(lambda at: TransportMoment(at, True, 120.0 if at < 100_000 else 77.0, meant(at)), meant, 10.0)
    assert np.abs(off_ms).max() < 5.0, off_ms
    assert np.abs(off_ms[6:]).max() < 1.0, off_ms


def test_a_timebase_that_counts_more_slowly_than_it_says_is_followed_as_it_counts() -> None:
    def counted(at: int) -> float:  # whole ticks in each block of 128 frames, as JACK's own example has it
        return at / 128 * math.floor(128 * 120.0 * 1920 / (60.0 * RATE)) / 2

    off_ms = beats_off_ms(lambda at: TransportMoment(at, True, 120.0, math.floor(counted(at)), 1.0), counted, 15.0)
    assert np.abs(off_ms[1:]).max() < 5.0, off_ms
    assert np.abs(off_ms[10:]).max() < 1.0, off_ms


@pytest.mark.parametrize("bpm", [60.0, 96.0, 200.0])
def test_a_timebase_that_counts_bars_as_beats_is_understood(bpm: float) -> None:
    def said(at: int) -> TransportMoment:  # as Hydrogen 1.2 says it: 192 ticks to a beat, which is a bar
        return TransportMoment(at, True, bpm, rolling(bpm, at) / 4 // 5 * 5, 5.0)

    off_ms = beats_off_ms(said, lambda at: rolling(bpm, at), 15.0, apply(FollowTempo(bpm, bpm), STILL, 0))
    assert np.abs(off_ms).max() < 5.0, off_ms
    assert np.abs(off_ms[8:]).max() < 1.0, off_ms


def test_a_timebase_that_now_and_then_comes_too_late_moves_nothing() -> None:
    def said(at: int) -> TransportMoment:
        late = 128 if at // TURN_FRAMES % 50 == 49 else 0
        return TransportMoment(at, True, 120.0, rolling(120.0, at - late))

    assert np.abs(beats_off_ms(said, lambda at: rolling(120.0, at), 15.0)).max() < 0.1


def test_the_tempo_is_taken_before_the_transport_rolls_but_not_from_a_song_that_plays_by_itself() -> None:
    still = TransportMoment(0, False, 96.0, 0.0)
    assert TransportFollower(RATE).steer(STILL, still, 640) == FollowTempo(96.0, 96.0)
    steer = TransportFollower(RATE).steer(apply(Play(), STILL, 0), still, 640)
    assert steer is not None and steer.bpm == 120.0


def test_without_a_timebase_the_tempo_is_our_own() -> None:
    follower = TransportFollower(RATE)
    assert follower.steer(STILL, TransportMoment(0, True), 640) is None
    led = replace(STILL, midi=replace(STILL.midi, leader_bpm=96.0))
    assert follower.steer(led, TransportMoment(0, True), 640) == FollowTempo(96.0, None), "it had one until now"
    assert follower.steer(STILL, TransportMoment(0, True, 700.0), 640) is None, "Tao cannot play that"
