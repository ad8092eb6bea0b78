"""A second panic never has to come: what repeats, runs backwards or slows down is silent with the voices."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.commands import Command, LatchEffect, Panic, Play, TriggerPad, apply
from engine.core.effects import Effect, Effects, Latch
from engine.core.kit import Kit, OneShot
from engine.core.machine import Machine, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.dsp.offline import render_offline
from engine.dsp.processor import Processor
from engine.dsp.ring import CUTS, PAD, PANIC, Record

RATE, FRAMES, PANICS = 8000, 16000, 5000
BLOCK = 1000
WAVE = (0.5 * np.sin(2 * np.pi * 60.0 * np.arange(FRAMES) / RATE)).astype(np.float32)
SINE = {"sine": np.stack((WAVE, WAVE), axis=1)}
LATCHES = {Effect.STUTTER: Latch(False, 1.0, 240), Effect.REVERSE: Latch(False, 1.0, 960),
           Effect.TAPE: Latch(False, 1.0, 1920)}


def machine(effect: Effect, playing: bool = False) -> Machine:
    """A slow sine on one pad."""
    track = Track("kick", (Step(1.0),) * 8)
    return replace(empty_machine(RATE, 120.0), pattern=Pattern((track,), 2), kit=Kit("sine", {
        "kick": OneShot("sine", FRAMES, decay_s=0.1 if playing else None)}), playing=playing,
        effects=Effects(**{effect.value: LATCHES[effect]}))


def panicked(effect: Effect, playing: bool = False) -> np.ndarray:
    """The sine, with the effect in its middle when the panic comes."""
    moves: list[tuple[int, Command]] = [(0, TriggerPad("kick", 1.0)), (4000, LatchEffect(effect, True)),
                                        (PANICS, Panic())]
    return render_offline(machine(effect, playing), SINE, FRAMES, moves)


@pytest.mark.parametrize("effect", LATCHES)
def test_a_panic_cuts_what_an_effect_goes_on_with(effect: Effect) -> None:
    audio = panicked(effect)
    assert np.abs(audio[PANICS - 200 : PANICS]).max() > 0.05
    assert not audio[PANICS + 80 :].any(), "10 ms later there is nothing"


@pytest.mark.parametrize("effect", LATCHES)
def test_a_panic_cuts_an_effect_without_a_click(effect: Effect) -> None:
    assert np.abs(np.diff(panicked(effect)[:, 0])).max() < 0.06


@pytest.mark.parametrize("effect", [Effect.STUTTER, Effect.REVERSE])
def test_after_a_panic_the_effect_works_on_what_comes(effect: Effect) -> None:
    audio = panicked(effect, playing=True)
    assert np.abs(audio[9000:]).max() > 0.1


def stuttering(*later: Record) -> np.ndarray:
    """The sine, stuttering from frame 4000 on, and what comes later."""
    calm = machine(Effect.STUTTER)
    processor, silence = Processor(RATE, BLOCK), np.zeros((BLOCK, 2), np.float32)
    processor.push([processor.score(1, 0, calm, SINE), Record(PAD, 2, 0, 0, 1.0),
                    processor.score(3, 4000, apply(LatchEffect(Effect.STUTTER, True), calm, 4000), SINE), *later])
    return np.concatenate([processor.process(silence, start).copy() for start in range(0, FRAMES, BLOCK)])


def test_what_stutters_after_a_panic_is_what_came_after_it() -> None:
    audio = stuttering(Record(PANIC, 4, PANICS, CUTS), Record(PAD, 5, PANICS + 200, 0, 1.0))
    first = audio[PANICS + 200 : PANICS + 900]
    assert np.abs(first).max() > 0.4
    for turn in (1, 2, 3):
        again = audio[PANICS + 1000 * turn : PANICS + 1000 * (turn + 1)]
        assert np.abs(again[-64:]).max() > 0.1
        assert any(np.allclose(again[at : at + 600], first[:600], atol=1e-6) for at in range(64, 400))


def test_a_panic_of_a_session_of_old_cuts_the_voices_alone() -> None:
    assert np.abs(stuttering(Record(PANIC, 4, PANICS))[PANICS + 1000 :]).max() > 0.4


@pytest.mark.parametrize("block", [64, 1000])
def test_a_panic_is_the_same_in_any_blocks(block: int) -> None:
    moves: list[tuple[int, Command]] = [(1000, LatchEffect(Effect.REVERSE, True)), (PANICS, Panic()),
                                        (PANICS + 2000, LatchEffect(Effect.STUTTER, True)), (9000, Panic()),
                                        (9500, Play()), (11000, LatchEffect(Effect.TAPE, True)), (12000, Panic())]
    song = machine(Effect.REVERSE, playing=True)
    one, other = (render_offline(song, SINE, FRAMES, moves, size) for size in (256, block))
    assert np.array_equal(one, other)
