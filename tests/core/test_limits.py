"""Every musical value accepts the ends of its range and refuses what lies just beyond."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.core.commands import FillBars, SetChain, SetPatternLength, ShiftDownbeat, TriggerPad, apply
from engine.core.effects import Effects
from engine.core.errors import InvalidValue
from engine.core.kit import MAX_LAYERS, Layer, OneShot
from engine.core.loop import PlayedLoop
from engine.core.machine import empty_machine
from engine.core.midi import ClockOut, Midi, Route
from engine.core.pattern import Pattern, Step, Track
from engine.core.recording import RecordingSetup
from engine.core.step import Overrides
from engine.core.timeline import Ticks, Timeline

TRACK = Track("kick", (None,) * 4)
SHOT = OneShot("aa", 10)
TINY = 1e-9


def pattern(**changes: Any) -> Pattern:
    return replace(Pattern((TRACK,), 4), **changes)


def performed(kind: Callable[..., Any], at: float) -> object:
    return apply(kind(at), empty_machine(48000), 0)


# what is made of a number; the lowest and highest it may be; by how much it is exceeded
RANGES: list[tuple[str, Callable[[Any], object], Any, Any, Any]] = [
    ("tempo", lambda at: Timeline(at, 48000), 30.0, 300.0, TINY * 1e3),
    ("swing", lambda at: pattern(swing=at), 0.5, 0.75, TINY),
    ("swing of a track", lambda at: replace(TRACK, swing=at), 0.5, 0.75, TINY),
    ("beats in a bar", lambda at: pattern(beats_per_bar=at), 1, 32, 1),
    ("steps of a track", lambda at: Track("kick", (None,) * at), 1, 128, 1),
    ("steps of a track that is cut", TRACK.with_length, 1, 128, 1),
    ("tracks", lambda at: pattern(tracks=tuple(replace(TRACK, name=str(n)) for n in range(at))), 1, 8, 1),
    ("probability", lambda at: Step(probability=at), 0.0, 1.0, TINY),
    ("confidence", lambda at: Step(confidence=at), 0.0, 1.0, TINY),
    ("ratchet", lambda at: Step(ratchet=at), 1, 8, 1),
    ("passes of a condition", lambda at: Step(condition=(1, at)), 1, 64, 1),
    ("pass of a condition", lambda at: Step(condition=(at, 4)), 1, 4, 1),
    ("microtiming", lambda at: Track("kick", (Step(microtiming=Ticks(at)),)), -120, 120, 1),
    ("pitch of a step", lambda at: Overrides(pitch_semitones=at), -24.0, 24.0, TINY),
    ("cutoff of a step", lambda at: Overrides(cutoff_hz=at), 20.0, 20000.0, TINY * 1e4),
    ("gain", lambda at: replace(SHOT, gain=at), 0.0, 16.0, TINY),
    ("pan", lambda at: replace(SHOT, pan=at), -1.0, 1.0, TINY),
    ("pitch", lambda at: replace(SHOT, pitch_semitones=at), -24.0, 24.0, TINY),
    ("attack", lambda at: replace(SHOT, attack_s=at), 0.0, 60.0, TINY),
    ("cutoff", lambda at: replace(SHOT, cutoff_hz=at), 20.0, 20000.0, TINY * 1e4),
    ("velocity of a layer", lambda at: Layer("aa", 1, velocity=at), 0.0, 1.0, TINY),
    ("gain of a layer", lambda at: Layer("aa", 1, gain=at), 0.0, 64.0, TINY),
    ("master gain", Effects, -60.0, 12.0, TINY),
    ("offset of a clock", lambda at: ClockOut(offset_ms=at), -100.0, 100.0, TINY),
    ("output of a route", Route, 1, 4, 1),
    ("channel of a route", lambda at: Route(1, at), 1, 16, 1),
    ("note of a route", lambda at: Route(1, 1, at), 0, 127, 1),
    ("note of a pad", lambda at: Midi(pads={at: "kick"}), 0, 127, 1),
    ("input of a Song Position", lambda at: Midi().with_song_position(at, True), 1, 2, 1),
    ("count-in", RecordingSetup, 0, 4, 1),
    ("threshold", lambda at: RecordingSetup(threshold_db=at), -60.0, -6.0, TINY),
    ("beats of a pattern", lambda at: performed(SetPatternLength, at), 1, 1024, 1),
    ("bars of a fill", lambda at: performed(FillBars, at), 0, 64, 1),
    ("slot of a chain", lambda at: performed(SetChain, (at,)), 0, 15, 1),
    ("steps of a downbeat's shift", lambda at: performed(ShiftDownbeat, at), -64, 64, 1),
]
# likewise, with one end open: just above 0 is allowed, 0 is not
ABOVE_ZERO: list[tuple[str, Callable[[Any], object], Any, Any]] = [
    ("velocity", Step, 1.0, TINY),
    ("velocity of a pad", lambda at: performed(lambda velocity: TriggerPad("kick", velocity), at), 1.0, TINY),
    ("decay of a step", lambda at: Overrides(decay_s=at), 60.0, TINY),
    ("decay", lambda at: replace(SHOT, decay_s=at), 60.0, TINY),
]


@pytest.mark.parametrize(("name", "make", "low", "high", "beyond"), RANGES, ids=[row[0] for row in RANGES])
def test_a_range_has_both_its_ends(name: str, make: Callable[[Any], object], low: Any, high: Any, beyond: Any) -> None:
    for inside in (low, high):
        assert make(inside) is not None
    for outside in (low - beyond, high + beyond):
        with pytest.raises(InvalidValue):
            make(outside)


@pytest.mark.parametrize(("name", "make", "high", "beyond"), ABOVE_ZERO, ids=[row[0] for row in ABOVE_ZERO])
def test_some_ranges_leave_out_zero(name: str, make: Callable[[Any], object], high: Any, beyond: Any) -> None:
    for inside in (beyond, high):
        assert make(inside) is not None
    for outside in (0.0, high + beyond):
        with pytest.raises(InvalidValue):
            make(outside)


@pytest.mark.parametrize("make", [
    lambda at: OneShot("aa", at), lambda at: Layer("aa", at), lambda at: PlayedLoop("aa", at, 1),
    lambda at: PlayedLoop("aa", 1, at), lambda at: pattern(beats=at), lambda at: Timeline(120.0, at)])
def test_there_is_at_least_one(make: Callable[[int], object]) -> None:
    assert make(1) is not None
    with pytest.raises(InvalidValue):
        make(0)


def test_a_one_shot_has_at_most_so_many_layers() -> None:
    layer = Layer("aa", 1)
    assert len(replace(SHOT, layers=(layer,) * MAX_LAYERS).layers) == MAX_LAYERS == 32
    with pytest.raises(InvalidValue, match="at most 32 layers"):
        replace(SHOT, layers=(layer,) * (MAX_LAYERS + 1))


def test_names_are_not_empty_and_not_used_twice() -> None:
    for make in (lambda: Track("", (None,)), lambda: Overrides(one_shot=""), lambda: pattern(tracks=(TRACK, TRACK))):
        with pytest.raises(InvalidValue):
            make()
