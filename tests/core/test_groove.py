from hypothesis import given
from hypothesis import strategies as st

from engine.core.groove import chance, grid_ticks, sounds_on_pass, step_onset_ticks, stroke_ticks, swing_ticks
from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from tests.strategies import patterns, steps


def test_straight_swing_moves_nothing_while_66_percent_makes_triplets() -> None:
    track = Track("hihat", (Step(),) * 16)
    assert [grid_ticks(Pattern((track,), 4), track, k) for k in range(3)] == [0, 240, 480]
    assert swing_ticks(2 / 3, 240) == 80
    shuffled = Pattern((track,), 4, swing=2 / 3)
    assert [grid_ticks(shuffled, track, k) for k in range(4)] == [0, 320, 480, 800]


def test_a_track_may_swing_by_itself() -> None:
    track = Track("hihat", (Step(),) * 16, swing=0.75)
    assert grid_ticks(Pattern((track,), 4, swing=0.5), track, 1) == 360


@given(patterns(), st.integers(0, 500))
def test_steps_never_overtake_the_slot_after_next(pattern: Pattern, grid_index: int) -> None:
    for track in pattern.tracks:
        onset = step_onset_ticks(pattern, track, grid_index)
        if onset is not None:
            assert grid_ticks(pattern, track, grid_index + 2) > onset >= grid_ticks(pattern, track, grid_index) - 480


@given(steps())
def test_ratchet_strokes_stay_within_their_step(step: Step) -> None:
    strokes = stroke_ticks(step, 100, 240)
    assert strokes[0] == 100 and len(set(strokes)) == step.ratchet and strokes[-1] < 340


def test_one_of_four_sounds_on_the_first_of_four_passes() -> None:
    step = Step(1.0, Ticks(0), 1.0, (1, 4))
    assert [sounds_on_pass(step, turn) for turn in range(8)] == [True, False, False, False] * 2


def test_chance_repeats_and_spreads_evenly() -> None:
    draws = [chance(7, track, slot) for track in range(8) for slot in range(-200, 800)]
    assert draws == [chance(7, track, slot) for track in range(8) for slot in range(-200, 800)]
    assert all(0.0 <= draw < 1.0 for draw in draws)
    assert abs(sum(draws) / len(draws) - 0.5) < 0.02 and len(set(draws)) == len(draws)
