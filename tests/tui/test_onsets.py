"""Where the hits stand under the waveform."""

from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks
from tui.geometry import GridView
from tui.widgets.onsets import onset_columns

VIEW = GridView(0, 4, 8)


def columns(*steps: Step | None, view: GridView = VIEW, swing: float = 0.5) -> list[int]:
    track = Track("kick", (*steps, *(None,) * (16 - len(steps))))
    return sorted(column for column, _, _ in onset_columns(Pattern((track,), 4, swing), view))


def test_a_hit_stands_where_it_sounds_swing_and_microtiming_counted() -> None:
    assert columns(Step(), Step(), Step()) == [0, 2, 4]
    assert columns(Step(), Step(), swing=0.75) == [0, 3]
    assert columns(None, Step(microtiming=Ticks(-120))) == [1]


def test_a_hit_a_little_before_the_first_beat_stands_on_it_and_an_early_one_at_the_end() -> None:
    assert columns(Step(microtiming=Ticks(-1))) == [0]
    assert columns(Step(microtiming=Ticks(-120))) == [31]


def test_only_the_page_that_is_shown_has_hits_and_doubts_are_known() -> None:
    late = columns(Step(), None, None, None, Step(), view=GridView(1, 1, 8))
    assert late == [0]
    track = Track("kick", (Step(confidence=0.1), *(None,) * 15))
    assert onset_columns(Pattern((track,), 4), VIEW) == [(0, "1", False)]
