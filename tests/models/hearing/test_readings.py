"""Tempo, beats, metre and beat 1 are one answer; the length of a file is evidence, not law, and so is its name."""

from dataclasses import replace

import numpy as np
import pytest

from engine.core.errors import InvalidValue
from engine.core.loop import Hints
from models.hearing.reading_candidates import HitTimes
from models.hearing.reading_span import LONGEST_S, span_of
from models.hearing.readings import Wishes, hit_times, loop_readings
from models.plugins import Onset
from tests.models.hearing.readings_of import recorded

FOUR = (4, 4)


@pytest.mark.parametrize(("signature", "bars", "bpm"), [
    (FOUR, 1, 96.0), (FOUR, 2, 68.0), (FOUR, 4, 174.0), (FOUR, 16, 130.0), (FOUR, 32, 140.0), (FOUR, 32, 82.0),
    ((3, 4), 4, 120.0), ((5, 4), 1, 100.0), ((5, 4), 2, 130.0), ((6, 8), 3, 150.0), ((7, 8), 1, 120.0),
    ((7, 8), 2, 120.0), ((12, 8), 1, 150.0), ((12, 8), 2, 180.0)])
def test_a_loop_in_any_metre_is_read_as_what_it_is(signature, bars, bpm):
    loop = recorded(signature, bars, bpm)
    best = loop_readings(loop.onsets, loop.length_s)[0]
    assert (best.time_signature, best.beats) == (signature, loop.beats)
    assert best.bpm == pytest.approx(bpm, rel=0.002) and best.start_s == pytest.approx(0.0, abs=0.005)


@pytest.mark.parametrize(("before_s", "over_s", "rings"), [
    (0.005, 0.0, True), (0.02, 0.0, True), (0.06, 0.02, True), (-0.02, 0.0, True), (-0.08, 0.0, True),
    (0.0, -0.03, True), (0.0, -0.08, True), (0.0, 0.04, True), (0.0, 0.08, True), (0.0, 0.3, True), (0.0, 1.2, True),
    (0.0, 0.5, False), (0.0, 1.25, False)])
def test_a_loop_cut_in_any_way_keeps_its_tempo_and_its_beats(before_s, over_s, rings):
    loop = recorded(FOUR, 2, 120.0 if not rings else 110.0, before_s, over_s, rings)
    best = loop_readings(loop.onsets, loop.length_s)[0]
    assert best.bpm == pytest.approx(loop.bpm, rel=0.005) and best.beats == 8 and best.time_signature == FOUR
    assert best.start_s == pytest.approx(before_s, abs=0.008)


def test_confidences_fall_and_add_up_to_one_at_most():
    loop = recorded((5, 4), 1, 100.0)
    confidences = [one.confidence for one in loop_readings(loop.onsets, loop.length_s)]
    assert len(confidences) == 3 and confidences == sorted(confidences, reverse=True) and sum(confidences) <= 1.0001


@pytest.mark.parametrize(("wishes", "bpm", "beats", "signature"), [
    (Wishes(beats=16), 220.0, 16, None), (Wishes(beats=3.5), None, 3.5, None), (Wishes(bpm=55.0), 55.0, None, None),
    (Wishes(time_signature=(3, 4)), None, None, (3, 4)), (Wishes(time_signature=(9, 8)), None, None, (9, 8)),
    (Wishes(beats=4, bpm=110.0), 110.0, 4, None), (Wishes(bpm=42.0), 42.0, None, None)])
def test_what_is_wished_is_what_comes(wishes, bpm, beats, signature):
    loop = recorded(FOUR, 2, 110.0)
    for one in loop_readings(loop.onsets, loop.length_s, wishes):
        assert bpm is None or one.bpm == pytest.approx(bpm, rel=0.021)
        assert beats is None or one.beats == beats
        assert signature is None or one.time_signature == signature


def test_beats_that_you_give_are_those_of_the_whole_file_where_they_can_be():
    loop = recorded(FOUR, 2, 110.0)
    best = loop_readings(loop.onsets, loop.length_s, Wishes(beats=4))[0]
    assert best.length_s == pytest.approx(loop.length_s, abs=0.002)


@pytest.mark.parametrize("wishes", [Wishes(beats=64, bpm=60.0), Wishes(beats=100), Wishes(time_signature=(31, 4))])
def test_wishes_that_fit_nothing_are_one_sentence(wishes):
    loop = recorded(FOUR, 1, 110.0)
    with pytest.raises(InvalidValue, match=r"cannot be read as .*\. Give another value, or none\.$"):
        loop_readings(loop.onsets, loop.length_s, wishes)


def test_marks_and_names_are_hints_and_never_law():
    half = recorded(FOUR, 2, 82.0)
    plain = {one.beats: one.confidence for one in loop_readings(half.onsets, half.length_s)}
    marked = loop_readings(half.onsets, half.length_s, hints=Hints(beats=16))
    named = {one.beats: one.confidence for one in loop_readings(half.onsets, half.length_s,
                                                                hints=Hints(named_bpm=164.0))}
    assert {one.beats: one.confidence for one in marked}[16] > plain.get(16, 0.0)
    assert named[16] > plain.get(16, 0.0)
    absurd = loop_readings(half.onsets, half.length_s, hints=Hints(named_bpm=97.0))
    assert absurd[0].bpm == pytest.approx(82.0, rel=0.005)


def test_a_loop_is_found_in_a_recording_that_begins_and_ends_anywhere():
    loop = recorded(FOUR, 4, 100.0)
    late = tuple(Onset(one.track, one.time_s + 1.3, one.velocity) for one in loop.onsets)
    best = loop_readings(late, loop.length_s + 6.0, Wishes(free=True))[0]
    assert (best.beats, best.time_signature) == (16, FOUR) and best.bpm == pytest.approx(100.0, rel=0.005)
    assert best.start_s == pytest.approx(1.3, abs=0.01)
    exact = loop_readings(loop.onsets, loop.length_s, Wishes(free=True))[0]
    assert (exact.beats, exact.start_s) == (16, pytest.approx(0.0, abs=0.005)), "an exact loop stays whole"


def test_of_a_long_recording_the_busiest_part_is_read():
    long = recorded(FOUR, 80, 120.0)
    best = loop_readings(long.onsets, long.length_s)[0]
    assert long.length_s > LONGEST_S and best.bpm == pytest.approx(120.0, rel=0.005) and best.time_signature == FOUR
    soft = [Onset("kick", 0.5 * beat, 0.1) for beat in range(200)]
    loud = [Onset("kick", 60.0 + 0.5 * beat, 1.0) for beat in range(60)]
    span = span_of(hit_times([*soft, *loud]), LONGEST_S + 1, free=False)
    assert 44.0 <= span.start_s <= 60.0 and isinstance(span.hits, HitTimes)


def test_a_recording_without_a_beat_says_what_to_do():
    with pytest.raises(InvalidValue, match="holds no beat between 50 and 220 BPM"):
        loop_readings([Onset("kick", 0.0)], 0.1)


@pytest.mark.parametrize("seed", [0, 2, 5])
def test_a_loop_played_loosely_is_as_long_as_its_file(seed):
    loop, rng = recorded(FOUR, 2, 95.0), np.random.default_rng(seed)
    wandering = [replace(one, time_s=max(0.0, 0.995 * one.time_s + rng.normal(0.0, 0.02))) for one in loop.onsets]
    best = loop_readings(wandering, loop.length_s)[0]
    assert best.bpm == pytest.approx(95.0, rel=0.001) and best.start_s == 0.0


def test_a_loop_played_tightly_shows_how_it_was_cut():
    loop = recorded(FOUR, 2, 95.0)
    early = [replace(one, time_s=0.995 * one.time_s) for one in loop.onsets]
    best = loop_readings(early, loop.length_s)[0]
    assert best.bpm == pytest.approx(95.0 / 0.995, rel=0.002) and best.beats == 8
