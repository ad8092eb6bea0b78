"""What the grid shows of a step: its marks, or the value of a layer."""

import pytest

from engine.core.pattern import Step, Track
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from tui.glyphs import ASCII, UNICODE
from tui.layers import LAYER_WORDS, Layer, marks_of, value_of

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


@pytest.mark.parametrize(("layer", "step", "narrow", "wide"), [
    (Layer.VELOCITY, Step(0.83), "83", "83"), (Layer.VELOCITY, Step(1.0), "99", "100"),
    (Layer.TIMING, Step(microtiming=Ticks(-48)), "<2", "<48"), (Layer.TIMING, Step(), "", ""),
    (Layer.CHANCE, Step(probability=0.35), "35", "35"), (Layer.CHANCE, Step(), "", ""),
    (Layer.CONDITION, Step(condition=(2, 4)), "24", "2:4"), (Layer.CONDITION, Step(when=When.NOT_FILL), "!F", "!F"),
    (Layer.RATCHET, Step(ratchet=4), "x4", "x4"), (Layer.LOCKS, Step(overrides=Overrides(1.0, 0.5)), "pd", "p+1"),
    (Layer.HITS, Step(0.5, ratchet=4), "", "")])
def test_a_layer_shows_its_value_in_the_columns_there_are(layer: Layer, step: Step, narrow: str, wide: str) -> None:
    assert (value_of(step, TRACK, layer, 2), value_of(step, TRACK, layer, 6)) == (narrow, wide)
    assert len(value_of(step, TRACK, layer, 2)) <= 2


def test_one_key_goes_through_every_layer_and_each_is_explained() -> None:
    seen, layer = [], Layer.HITS
    for _ in Layer:
        seen.append(layer)
        layer = layer.following
    assert seen == list(Layer) and layer is Layer.HITS and set(LAYER_WORDS) == set(Layer)
