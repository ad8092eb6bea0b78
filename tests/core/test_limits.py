"""Every musical value accepts the ends of its range and refuses what lies just beyond."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.core.commands import FillBars, SetChain, SetPatternLength, ShiftDownbeat, TriggerPad, apply
from engine.core.effects import Effects
from engine.core.errors import InvalidValue
from engine.core.kit import MAX_LAYERS, Layer, OneShot
from engine.core.loop import PlayedLoop, Reading
from engine.core.machine import empty_machine
from engine.core.midi import ClockOut, Midi, MidiSetup, Route
from engine.core.pattern import Pattern, Step, Track
from engine.core.recording import RecordingSetup
from engine.core.step import Overrides
from engine.core.timeline import MAX_TIME, Ticks, Timeline

TRACK = Track("kick", (None,) * 4)
SHOT = OneShot("aa", 10)
LOOP = PlayedLoop("aa", 10, 4)
MACHINE = empty_machine(48000)
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
    ("beats of any pattern", lambda at: pattern(beats=at), 1, 4096, 1),
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
    ("MIDI note of a sound", lambda at: replace(SHOT, midi_note=at), 0, 127, 1),
    ("choke group", lambda at: replace(SHOT, choke_group=at), 0, 15, 1),
    ("frames of a sound", lambda at: replace(SHOT, frames=at), 1, 1 << 28, 1),
    ("beats of a loop", lambda at: replace(LOOP, beats=at), 1, 4096, 1),
    ("peak of a loop", lambda at: replace(LOOP, overview=(at,)), 0.0, 1.0, TINY),
    ("downbeat of a loop", lambda at: replace(LOOP, downbeat_ticks=at), -MAX_TIME, MAX_TIME, 1),
    ("confidence of a reading", lambda at: Reading(4, 120.0, at), 0.0, 1.0, TINY),
    ("sample rate", lambda at: Timeline(120.0, at), 1, 768_000, 1),
    ("frame of a song", lambda at: Timeline(120.0, 48000, Ticks(0), at), -MAX_TIME, MAX_TIME, 1),
    ("slot", lambda at: replace(MACHINE, slot=at), 0, 15, 1),
    ("slot of a chain that plays", lambda at: replace(MACHINE, chain=(at,)), 0, 15, 1),
    ("place in a chain", lambda at: replace(MACHINE, chain=(1, 2), chain_place=at), 0, 1, 1),
    ("bar line", lambda at: replace(MACHINE, phase_ticks=at), -MAX_TIME, MAX_TIME, 1),
    ("seed", lambda at: replace(MACHINE, seed=at), 0, (1 << 63) - 1, 1),
    ("tempo of a leader", lambda at: Midi(leader_bpm=at), 30.0, 300.0, TINY * 1e3),
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


def test_what_is_no_number_is_in_no_range() -> None:
    nan = float("nan")
    for make in (lambda: replace(LOOP, overview=(nan,)), lambda: Reading(4, nan, 0.5), lambda: Reading(4, 120.0, nan),
                 lambda: Midi(leader_bpm=nan), lambda: replace(SHOT, gain=nan), lambda: Timeline(nan, 48000)):
        with pytest.raises(InvalidValue):
            make()


@pytest.mark.parametrize("name", ["x" * 257, "a\0", "\ud800"])
def test_names_of_samples_tracks_and_ports_are_short_texts(name: str) -> None:
    for make in (lambda: OneShot(name, 1), lambda: Layer(name, 1), lambda: replace(LOOP, residual=name),
                 lambda: replace(MACHINE, mutes=frozenset({name})), lambda: MidiSetup((name, None)),
                 lambda: MidiSetup(controls={"1:7": name})):
        with pytest.raises(InvalidValue):
            make()


def test_there_are_only_so_many_names_and_slots() -> None:
    many = frozenset(map(str, range(257)))
    for make in (lambda: replace(MACHINE, locks=many), lambda: replace(MACHINE, stored_patterns=(None,) * 15),
                 lambda: replace(MACHINE, chain=(0,) * 65), lambda: Midi(routes=dict.fromkeys(many, Route(1))),
                 lambda: MidiSetup((None,) * 3)):
        with pytest.raises(InvalidValue):
            make()
