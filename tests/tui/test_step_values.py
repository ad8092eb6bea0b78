"""What the grid shows of a step: its marks, or one kind of value."""

import pytest

from engine.core.pattern import Step, Track
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from tui.glyphs import ASCII, UNICODE
from tui.step_values import VALUES_WORDS, Values, marks_of, value_of

TRACK = Track("kick", (None,) * 16)


@pytest.mark.parametrize(("step", "marks"), [
    (Step(), ""), (Step(probability=0.5), "%"), (Step(condition=(1, 4)), ":"), (Step(when=When.FILL), ":"),
    (Step(ratchet=3), "≡"), (Step(microtiming=Ticks(40)), ">"), (Step(microtiming=Ticks(-40)), "<"),
    (Step(microtiming=Ticks(5)), ""), (Step(overrides=Overrides(pitch_semitones=2.0)), "*"),
    (Step(confidence=0.3), "?"), (Step(confidence=0.3, probability=0.5, ratchet=2), "?%≡")])
def test_each_thing_that_is_special_about_a_step_has_a_mark(step: Step, marks: str) -> None:
    assert marks_of(step, TRACK, 0, 0.5, UNICODE) == marks


def test_a_step_that_swings_is_marked_by_its_tracks_swing_or_the_patterns() -> None:
    straight = Track("kick", (None,) * 16, swing=0.5)
    assert [marks_of(Step(), TRACK, index, 0.6, ASCII) for index in (0, 1)] == ["", ","]
    assert marks_of(Step(), straight, 1, 0.6, ASCII) == ""


@pytest.mark.parametrize(("values", "step", "narrow", "wide"), [
    (Values.VELOCITY, Step(0.83), "83", "83"), (Values.VELOCITY, Step(1.0), "99", "100"),
    (Values.TIMING, Step(microtiming=Ticks(-48)), "<2", "<48"), (Values.TIMING, Step(), "", ""),
    (Values.PROBABILITY, Step(probability=0.35), "35", "35"), (Values.PROBABILITY, Step(), "", ""),
    (Values.CONDITION, Step(condition=(2, 4)), "24", "2:4"), (Values.CONDITION, Step(when=When.NOT_FILL), "!F", "!F"),
    (Values.RATCHET, Step(ratchet=4), "x4", "x4"), (Values.SOUND, Step(overrides=Overrides(1.0, 0.5)), "pd", "p+1"),
    (Values.HITS, Step(0.5, ratchet=4), "", "")])
def test_a_value_is_written_in_the_columns_there_are(values: Values, step: Step, narrow: str, wide: str) -> None:
    assert (value_of(step, TRACK, values, 2), value_of(step, TRACK, values, 6)) == (narrow, wide)
    assert len(value_of(step, TRACK, values, 2)) <= 2


def test_one_key_goes_through_all_values_and_each_is_explained() -> None:
    seen, values = [], Values.HITS
    for _ in Values:
        seen.append(values)
        values = values.following
    assert seen == list(Values) and values is Values.HITS and set(VALUES_WORDS) == set(Values)
