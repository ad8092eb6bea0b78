"""The effects before the rack: what stutters was heard, what gates keeps to the song, what ducks knows the kick."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.commands import Command, LatchEffect, Play, SetTempo
from engine.core.effects import RANGES, Effect, Effects, Latch
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from engine.dsp.offline import render_offline
from tests import reference_effects as reference
from tests.sounds import bank
from tests.strategies import SAMPLES, bpms

RATE, FRAMES = 8000, 12000
SOUNDS = bank()
TIGHT = 2e-6
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def beat(bpm: float, **latches: Latch) -> Machine:
    """Kick on every beat, a busy hat, playing from frame 0."""
    kick = Track("kick", (Step(0.9), None, None, None) * 4)
    hat = Track("hihat", (Step(0.4), Step(0.7, ratchet=2)) * 8)
    shots = {"kick": OneShot("bb", SAMPLES["bb"]), "hihat": OneShot("aa", SAMPLES["aa"], decay_s=0.1)}
    machine = empty_machine(RATE, bpm)
    return replace(machine, pattern=Pattern((kick, hat), 4), kit=Kit("beat", shots), playing=True,
                   effects=Effects(**latches))


def latched(bpm: float, effect: Effect, latch: Latch, on: int, off: int = FRAMES) -> np.ndarray:
    """The beat with one effect on from frame `on` to `off`."""
    moves: list[tuple[int, Command]] = [(on, LatchEffect(effect, True)), (off, LatchEffect(effect, False))]
    return render_offline(beat(bpm, **{effect.value: latch}), SOUNDS, FRAMES, [m for m in moves if m[0] < FRAMES])


def notes(effect: Effect):
    """Any of its note lengths, with full amount."""
    return st.sampled_from(RANGES[effect].ticks).map(lambda ticks: Latch(amount=1.0, ticks=ticks))


@few
@given(bpms, notes(Effect.STUTTER), st.integers(100, 9000), st.integers(200, 6000))
def test_a_stutter_is_its_twin(bpm: float, latch: Latch, on: int, frames: int) -> None:
    dry = render_offline(beat(bpm), SOUNDS, FRAMES).astype(np.float64)
    timeline = beat(bpm).timeline
    on = timeline.frames_at(timeline.ticks_at(on))  # a boundary lies on a tick
    off = min(FRAMES, on + frames)
    expected = reference.stuttered(dry, timeline, latch, on, off)
    assert np.abs(latched(bpm, Effect.STUTTER, latch, on, off) - expected).max() < TIGHT


def test_a_stutter_repeats_the_last_sixteenth_bit_for_bit() -> None:
    audio = latched(120.0, Effect.STUTTER, Latch(amount=1.0, ticks=240), 4000)
    heard = audio[3000 + 64 : 4000]
    for again in range(1, 8):
        assert np.array_equal(audio[3000 + 1000 * again + 64 : 4000 + 1000 * again], heard)
    assert np.abs(heard).max() > 0.05


@few
@given(bpms, notes(Effect.REVERSE), st.integers(100, 9000), st.integers(200, 6000))
def test_a_reverse_is_its_twin(bpm: float, latch: Latch, on: int, frames: int) -> None:
    dry = render_offline(beat(bpm), SOUNDS, FRAMES).astype(np.float64)
    timeline, off = beat(bpm).timeline, min(FRAMES, on + frames)
    expected = reference.reversed_(dry, timeline, latch, on, off)
    assert np.abs(latched(bpm, Effect.REVERSE, latch, on, off) - expected).max() < TIGHT


def test_a_reverse_plays_each_beat_backwards_when_it_is_over_bit_for_bit() -> None:
    dry = render_offline(beat(120.0), SOUNDS, FRAMES)
    audio = latched(120.0, Effect.REVERSE, Latch(amount=1.0, ticks=960), 4000)
    assert np.array_equal(audio[4064:8000], dry[:4000][::-1][64:])
    assert np.array_equal(audio[8064:12000], dry[4000:8000][::-1][64:])


def test_a_reverse_keeps_to_the_beat_when_the_tempo_changes() -> None:
    moves: list[tuple[int, Command]] = [(4000, LatchEffect(Effect.REVERSE, True)), (5000, SetTempo(90.0))]
    dry = render_offline(beat(120.0), SOUNDS, FRAMES, moves[1:])
    audio = render_offline(beat(120.0, reverse=Latch(amount=1.0, ticks=480)), SOUNDS, FRAMES, moves)
    slow = beat(120.0).timeline.with_bpm(90.0, Ticks(1200))
    lines = [4000, *(slow.frames_at(Ticks(1440 + 480 * k)) for k in range(3))]
    for line, following in pairwise(lines):
        back = 2 * line - following
        assert np.array_equal(audio[line + 64 : following], dry[back:line][::-1][64:])


def test_a_song_that_starts_over_is_reversed_from_its_first_beat_on() -> None:
    moves: list[tuple[int, Command]] = [(4000, LatchEffect(Effect.REVERSE, True)), (9500, Play())]
    dry = render_offline(beat(120.0), SOUNDS, 20000, moves[1:])
    audio = render_offline(beat(120.0, reverse=Latch(amount=1.0, ticks=960)), SOUNDS, 20000, moves)
    assert np.array_equal(audio[13564:17500], dry[9500:13500][::-1][64:])


def test_what_is_stuttered_and_stopped_runs_backwards_too() -> None:
    """The reverse comes first: what follows hears it."""
    moves: list[tuple[int, Command]] = [(4000, LatchEffect(Effect.REVERSE, True)),
                                        (6000, LatchEffect(Effect.STUTTER, True))]
    machine = beat(120.0, reverse=Latch(amount=1.0, ticks=960), stutter=Latch(amount=1.0, ticks=240))
    audio, alone = (render_offline(machine, SOUNDS, FRAMES, some) for some in (moves, moves[:1]))
    assert np.array_equal(audio[6064:7000], alone[5064:6000])


@few
@given(bpms, notes(Effect.TAPE), st.integers(0, 9000))
def test_a_stopping_tape_is_its_twin(bpm: float, latch: Latch, on: int) -> None:
    dry = render_offline(beat(bpm), SOUNDS, FRAMES).astype(np.float64)
    expected = reference.stopped(dry, beat(bpm).timeline, latch, on)
    assert np.abs(latched(bpm, Effect.TAPE, latch, on) - expected).max() < TIGHT


@few
@given(bpms, notes(Effect.GATE), st.integers(0, 9000))
def test_a_gate_is_its_twin(bpm: float, latch: Latch, on: int) -> None:
    dry = render_offline(beat(bpm), SOUNDS, FRAMES).astype(np.float64)
    depths = np.clip((np.arange(FRAMES) - on) / 40, 0.0, 1.0)
    expected = reference.gated(dry, beat(bpm).timeline, latch, depths)
    assert np.abs(latched(bpm, Effect.GATE, latch, on) - expected).max() < TIGHT


@few
@given(bpms, notes(Effect.DUCK))
def test_the_kick_ducks_the_rest_and_not_itself(bpm: float, latch: Latch) -> None:
    timeline = beat(bpm).timeline
    kicks = [frame for frame in (timeline.frames_at(960 * k) for k in range(40)) if frame < FRAMES]
    alone = replace(beat(bpm), mutes=frozenset({"hihat"}))
    kick = render_offline(alone, SOUNDS, FRAMES).astype(np.float64)
    rest = render_offline(beat(bpm), SOUNDS, FRAMES) - kick
    gain = reference.duck_gain(kicks, timeline, latch, FRAMES)
    ducked = render_offline(beat(bpm, duck=replace(latch, on=True)), SOUNDS, FRAMES)
    assert np.abs((ducked - kick - gain[:, None] * rest)[40:]).max() < TIGHT  # the depth itself takes 5 ms
    same = render_offline(replace(alone, effects=Effects(duck=replace(latch, on=True))), SOUNDS, FRAMES)
    assert np.array_equal(same, kick.astype(np.float32))


@pytest.mark.parametrize("effect", [Effect.STUTTER, Effect.TAPE, Effect.GATE, Effect.DUCK, Effect.REVERSE])
def test_an_effect_let_go_leaves_the_dry_mix_bit_for_bit(effect: Effect) -> None:
    dry = render_offline(beat(120.0), SOUNDS, FRAMES)
    latch = Latch(amount=1.0, ticks=RANGES[effect].ticks[0])
    audio = latched(120.0, effect, latch, 3000, 7000)
    assert np.array_equal(audio[:3000], dry[:3000])
    assert not np.array_equal(audio[3100:7000], dry[3100:7000])
    assert np.array_equal(audio[7100:], dry[7100:])


@pytest.mark.parametrize("effect", [Effect.STUTTER, Effect.TAPE, Effect.GATE, Effect.REVERSE])
def test_an_effect_comes_and_goes_without_a_click(effect: Effect) -> None:
    """A slow sine has small steps, and so has what the effect makes of it."""
    wave = (0.5 * np.sin(2 * np.pi * 60.0 * np.arange(FRAMES) / RATE)).astype(np.float32)
    sine = {"sine": np.stack((wave, wave), axis=1)}
    machine = replace(beat(120.0, **{effect.value: Latch(amount=1.0, ticks=480)}), kit=Kit("sine", {
        "kick": OneShot("sine", FRAMES)}), pattern=Pattern((Track("kick", (Step(1.0),) + (None,) * 15),), 4))
    moves = [(3000, LatchEffect(effect, True)), (7000, LatchEffect(effect, False))]
    audio = render_offline(machine, sine, FRAMES, moves)
    assert np.abs(np.diff(audio[:, 0])).max() < 0.06


def test_a_stutter_keeps_to_the_grid_when_the_tempo_changes() -> None:
    moves: list[tuple[int, Command]] = [(4000, LatchEffect(Effect.STUTTER, True)), (5000, SetTempo(90.0))]
    audio = render_offline(beat(120.0, stutter=Latch(amount=1.0, ticks=240)), SOUNDS, FRAMES, moves)
    turns = [beat(120.0).timeline.with_bpm(90.0, Ticks(1200)).frames_at(Ticks(1200 + 240 * k)) for k in range(5)]
    for one, other in pairwise(turns[1:]):
        assert np.array_equal(audio[one + 64 : one + 1200], audio[other + 64 : other + 1200])


def test_a_song_that_starts_over_takes_a_stutter_with_it() -> None:
    moves: list[tuple[int, Command]] = [(4000, LatchEffect(Effect.STUTTER, True)), (4500, Play())]
    audio = render_offline(beat(120.0, stutter=Latch(amount=1.0, ticks=240)), SOUNDS, FRAMES, moves)
    assert np.isfinite(audio).all() and np.abs(audio[8000:]).max() > 0.05
