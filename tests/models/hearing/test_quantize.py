from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.errors import InvalidValue
from engine.core.groove import step_onset_ticks
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from models.hearing.quantize import quantize
from models.plugins import Onset
from tests.models.loops import onsets_of, pattern_of

BUSY = {"kick": "x..x..x...x.x..o", "snare": "..o.x..o.x..x..x", "hihat": "xoxoxoxoxoxoxoxo"}


@pytest.mark.parametrize("swing", [0.5, 0.54, 0.58, 0.6, 0.62, 0.66, 0.7])
def test_a_swung_pattern_comes_back_as_it_was(swing):
    pattern = pattern_of(swing=swing, **BUSY)
    assert quantize(onsets_of(pattern, 2.0), 2.0, 4) == pattern


def test_triplets_are_heard_as_triplets():
    pattern = pattern_of(6, kick="x.....x.....x.....x.....", hihat="x.x.x.x.x.x.x.x.x.x.x.x.")
    assert quantize(onsets_of(pattern, 2.0), 2.0, 4) == pattern


def test_thirty_seconds_are_kept_apart():
    pattern = pattern_of(8, kick="x.......x.......x.......x.......", hihat="x.x.xxxxx.x.x.x.x.x.xxxxx.x.x.xx")
    assert quantize(onsets_of(pattern, 2.0), 2.0, 4) == pattern


@st.composite
def grooves(draw):
    """Sixteenths with any velocities and up to a fifth of a step of microtiming."""
    bars = draw(st.integers(1, 2))
    step = st.builds(Step, st.floats(0.05, 1.0), st.integers(-48, 48).map(Ticks), confidence=st.floats(0.0, 1.0))
    tracks = []
    for name in draw(st.lists(st.sampled_from(["kick", "snare", "hihat"]), min_size=1, max_size=3, unique=True)):
        steps = draw(st.lists(st.none() | step, min_size=16 * bars, max_size=16 * bars))
        tracks.append(Track(name, tuple(steps)))
    return Pattern(tuple(tracks), 4 * bars)


def strokes(pattern: Pattern) -> set[tuple[str, int, float, float]]:
    """Every stroke as it sounds: drum, tick within the loop, velocity, confidence."""
    return {(track.name, step_onset_ticks(pattern, track, index) % (pattern.beats * 960), step.velocity,
             step.confidence)
            for track in pattern.tracks for index, step in enumerate(track.steps) if step is not None}


@settings(max_examples=60)
@given(grooves(), st.floats(65.0, 180.0))
def test_a_played_pattern_sounds_as_it_was_played(pattern, bpm):
    length_s = pattern.beats * 60 / bpm
    onsets = onsets_of(pattern, length_s)
    if onsets:
        assert strokes(quantize(onsets, length_s, pattern.beats)) == strokes(pattern)


def test_a_loosely_cut_loop_still_falls_into_its_slots():
    pattern = pattern_of(**BUSY)
    late = [replace(onset, time_s=onset.time_s + 0.045) for onset in onsets_of(pattern, 2.0)]
    found = quantize(late, 2.0, 4)
    for before, after in zip(pattern.tracks, found.tracks, strict=True):
        assert [step is None for step in after.steps] == [step is None for step in before.steps]


def test_a_hit_just_before_the_end_is_the_first_one_a_little_early():
    found = quantize([Onset("kick", 1.995), Onset("kick", 1.0), Onset("kick", 0.5), Onset("kick", 1.5)], 2.0, 4)
    first = found.track("kick").steps[0]
    assert first is not None
    assert first.microtiming == -10


def test_of_two_hits_in_one_slot_the_louder_stays():
    onsets = [Onset("snare", 0.5, 0.4), Onset("snare", 0.504, 0.9)]
    steps = [step for step in quantize(onsets, 2.0, 4).track("snare").steps if step is not None]
    assert [step.velocity for step in steps] == [0.9]


def test_a_long_loop_gets_a_coarser_grid():
    onsets = [Onset("kick", 0.5 * beat) for beat in range(64)]
    assert quantize(onsets, 32.0, 64).tracks[0].steps_per_beat == 2


def test_without_onsets_there_is_no_pattern():
    with pytest.raises(InvalidValue, match="at least one hit"):
        quantize([], 2.0, 4)


@pytest.mark.parametrize("swing", [0.58, 0.62, 0.66])
def test_swung_eighths_are_heard_as_eighths(swing):
    pattern = pattern_of(2, swing, kick="x..xx..x", snare="..x...x.", hihat="xoxoxoxo")
    found = quantize(onsets_of(pattern, 2.0), 2.0, 4)
    assert found == pattern
