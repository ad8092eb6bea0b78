"""Which recording a stroke plays, what its step changes of it, and what a mute does to its tail."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.commands import (
    FillBars,
    Play,
    SetFill,
    SetMute,
    SetMuteStyle,
    SetSolo,
    SwapOneShot,
    TriggerPad,
    apply,
)
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, Layer, OneShot
from engine.core.machine import Machine, MuteStyle, empty_machine
from engine.core.pattern import Pattern, Step, Track
from engine.core.step import Overrides, When
from engine.core.timeline import Timeline
from engine.dsp.layout import SOUNDS
from engine.dsp.offline import render_offline

RATE = 8000
STEP = 1000  # frames of a sixteenth at 120 BPM
LEVELS = {name: np.full((4, 2), level, np.float32) for name, level in
          {"soft": 0.1, "mid": 0.2, "mid2": 0.3, "hard": 0.4}.items()}
LAYERED = OneShot("soft", 4, layers=(Layer("hard", 4, 0.8), Layer("mid", 4, 0.5), Layer("mid2", 4, 0.5)))
TONE = np.repeat(np.sin(2 * np.pi * 200 * np.arange(16000) / RATE)[:, None], 2, 1).astype(np.float32)


def machine(*steps: Step | None, kit: Kit | None = None) -> Machine:
    kit = kit or Kit("layered", {"kick": LAYERED})
    return Machine(Timeline(120.0, RATE), Pattern((Track("kick", steps),), 4), kit, playing=True)


def levels(what: Machine, steps: int, commands=()) -> list[float]:
    """The first frame of every sixteenth."""
    return [round(float(value), 4) for value in render_offline(what, LEVELS, steps * STEP, commands)[::STEP, 0]]


def test_a_stroke_plays_the_recording_of_its_velocity() -> None:
    triggered = machine(Step(0.25), Step(0.5), Step(1.0), None)
    assert levels(triggered, 4) == [0.025, 0.1, 0.4, 0.0]


def test_recordings_of_one_velocity_take_turns_whatever_lies_between() -> None:
    triggered = machine(Step(0.5), None, Step(1.0), Step(0.6))
    assert levels(triggered, 8) == [0.1, 0.0, 0.4, 0.18, 0.1, 0.0, 0.4, 0.18]
    odd = machine(Step(0.5), None, None)
    assert levels(odd, 9)[::3] == [0.1, 0.15, 0.1]


def test_a_ratchets_strokes_take_turns() -> None:
    audio = render_offline(machine(Step(0.5, ratchet=4)), LEVELS, STEP)[:, 0]
    assert np.allclose(audio[[0, 250, 500, 750]], [0.1, 0.15, 0.1, 0.15])


def test_a_layer_has_its_own_gain() -> None:
    louder = OneShot("soft", 4, layers=(Layer("mid", 4, 0.0, 3.0),))
    assert levels(machine(Step(1.0), kit=Kit("k", {"kick": louder})), 2) == [0.1, 0.6]


def test_pads_play_layers_too() -> None:
    triggered = replace(machine(None), playing=False)
    pads = [(0, TriggerPad("kick", 0.4)), (STEP, TriggerPad("kick", 1.0))]
    assert levels(triggered, 2, pads) == [0.04, 0.4]


def test_more_recordings_than_fit_are_refused_in_one_sentence() -> None:
    many = OneShot("soft", 4, layers=tuple(Layer("soft", 4) for _ in range(32)))
    tracks = tuple(Track(name, (None,)) for name in "abcdefgh")
    kit = Kit("huge", {track.name: many for track in tracks})
    assert SOUNDS < 8 * 33
    with pytest.raises(InvalidValue, match=f"more than {SOUNDS} recordings"):
        render_offline(Machine(Timeline(120.0, RATE), Pattern(tracks, 4), kit), LEVELS, 64)


def test_a_step_may_strike_another_one_shot_of_the_kit() -> None:
    kit = Kit("two", {"kick": OneShot("soft", 4), "spare": OneShot("hard", 4)})
    triggered = machine(Step(), Step(overrides=Overrides(one_shot="spare")), Step(overrides=Overrides(one_shot="gone")),
                     kit=kit)
    assert levels(triggered, 3) == [0.1, 0.4, 0.1]


def test_a_step_may_be_pitched_and_cut_short() -> None:
    kit = Kit("tone", {"kick": OneShot("tone", len(TONE), pitch_semitones=-12.0)})
    plain = render_offline(machine(Step(), kit=kit), {"tone": TONE}, STEP)
    pitched = machine(Step(overrides=Overrides(pitch_semitones=0.0)), kit=kit)
    short = machine(Step(overrides=Overrides(decay_s=0.01)), kit=kit)
    assert np.array_equal(render_offline(pitched, {"tone": TONE}, STEP), TONE[:STEP])
    assert not np.array_equal(plain, TONE[:STEP])
    assert not render_offline(short, {"tone": TONE}, STEP)[80:].any()


def test_a_closed_filter_takes_the_treble_away_and_an_open_one_little() -> None:
    high = np.repeat(np.sin(2 * np.pi * 2500 * np.arange(4000) / RATE)[:, None], 2, 1).astype(np.float32)
    kit = Kit("high", {"kick": OneShot("high", len(high))})
    closed = machine(Step(overrides=Overrides(cutoff_hz=250.0)), kit=kit)
    opened = machine(Step(overrides=Overrides(cutoff_hz=20000.0)), kit=kit)
    assert np.abs(render_offline(closed, {"high": high}, STEP)[200:]).max() < 0.01
    assert np.abs(render_offline(opened, {"high": high}, STEP)[200:]).max() > 0.8


def test_a_broken_sample_does_not_stay_in_the_filter() -> None:
    bad = np.full((100, 2), np.nan, np.float32)
    kit = Kit("bad", {"kick": OneShot("bad", 100, cutoff_hz=500.0)})
    assert np.isfinite(render_offline(machine(Step(), kit=kit), {"bad": bad}, 4 * STEP)).all()


def test_fills_let_their_steps_sound_and_silence_the_others() -> None:
    filled = machine(Step(when=When.FILL), Step(when=When.NOT_FILL), None, None)
    assert levels(filled, 4) == [0.0, 0.4, 0.0, 0.0]
    assert levels(apply(SetFill(True), filled, 0), 4) == [0.4, 0.0, 0.0, 0.0]
    bars = levels(replace(filled, pattern=replace(filled.pattern, beats=1)), 36, [(8500, FillBars())])
    assert bars[4:6] == [0.0, 0.4] and bars[8:10] == [0.0, 0.0]  # the fill began between the two
    assert bars[12:14] == [0.4, 0.0] and bars[16:18] == [0.0, 0.4]


@pytest.mark.parametrize("silence", [SetMute("kick", True), SetSolo("snare", True)])
def test_a_gating_mute_closes_on_the_tail_without_a_click(silence) -> None:
    kit = Kit("tone", {"kick": OneShot("tone", len(TONE), gain=0.2)})
    ringing = replace(empty_machine(RATE), kit=kit)
    ringing = ringing.with_pattern(ringing.pattern.with_track(ringing.pattern.track("kick").with_step(0, Step())))
    rings = render_offline(ringing, {"tone": TONE}, 8000, [(0, Play()), (4000, silence)])
    gates = render_offline(ringing, {"tone": TONE}, 8000,
                           [(0, SetMuteStyle(MuteStyle.GATES)), (0, Play()), (4000, silence)])
    assert rings[7000:].any() and not gates[4040:].any()
    assert np.abs(np.diff(gates, axis=0)).max() <= np.abs(np.diff(0.2 * TONE, axis=0)).max() * 1.2


def test_a_gating_mute_leaves_a_pads_tail_alone() -> None:
    kit = Kit("tone", {"kick": OneShot("tone", len(TONE), gain=0.2)})
    ringing = replace(empty_machine(RATE), kit=kit, mute_style=MuteStyle.GATES)
    audio = render_offline(ringing, {"tone": TONE}, 8000, [(0, TriggerPad("kick", 1.0)), (4000, SetMute("kick", True))])
    assert audio[7000:].any()


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 15000))
def test_a_swapped_one_shot_lets_what_sounds_ring_to_the_bit(at: int) -> None:
    """The swap comes in the middle of the only stroke: nothing of it may change, so there is nothing to click."""
    kit = Kit("tone", {"kick": OneShot("tone", len(TONE))})
    triggered = machine(Step(), *(None,) * 15, kit=kit)
    sounds = {"tone": TONE, **LEVELS}
    swapped = render_offline(triggered, sounds, 16000, [(at, SwapOneShot("kick", OneShot("hard", 4)))])
    assert np.array_equal(swapped, render_offline(triggered, sounds, 16000))


def test_a_swapped_one_shot_is_struck_from_the_next_hit_on() -> None:
    triggered = machine(Step(), Step(), kit=Kit("k", {"kick": OneShot("soft", 4)}))
    assert levels(triggered, 4, [(1500, SwapOneShot("kick", OneShot("hard", 4)))]) == [0.1, 0.1, 0.4, 0.4]
