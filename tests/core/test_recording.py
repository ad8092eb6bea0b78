"""The length of a first take sets the tempo, and so do taps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidValue
from engine.core.recording import RecordingSetup, recent_taps, tapped_bpm, tempo_of_take


@given(st.integers(18_000, 48_000 * 180))
def test_a_first_take_is_a_whole_loop_at_a_usual_tempo(frames: int) -> None:
    bpm, beats = tempo_of_take(frames, 48000)
    assert 80.0 <= bpm <= 160.0 and bpm * frames == pytest.approx(60.0 * 48000 * beats)


@pytest.mark.parametrize("frames", [0, 500, 48000 * 400])
def test_a_take_that_is_no_loop_is_refused(frames: int) -> None:
    with pytest.raises(InvalidValue, match="cannot be a loop"):
        tempo_of_take(frames, 48000)


@pytest.mark.parametrize("changes", [{"count_in_bars": 5}, {"count_in_bars": -1}, {"threshold_db": 0.0}])
def test_a_setup_out_of_range_does_not_exist(changes: dict) -> None:
    with pytest.raises(InvalidValue, match="asked for"):
        RecordingSetup(**changes)


@given(st.floats(31.0, 299.0), st.integers(3, 40), st.floats(0, 1e5))
def test_even_taps_are_their_tempo(bpm: float, taps: int, start_s: float) -> None:
    found = tapped_bpm([start_s + 60.0 / bpm * tap for tap in range(taps)])
    assert found is not None and abs(found - bpm) < 0.01


@given(st.lists(st.floats(-0.01, 0.01), min_size=12, max_size=16))
def test_an_unsteady_hand_is_averaged(late_s: list[float]) -> None:
    found = tapped_bpm([0.5 * tap + late for tap, late in enumerate(late_s)])
    assert found is not None and abs(found - 120.0) < 1.5


def test_two_taps_are_no_tempo_yet_and_a_pause_starts_over() -> None:
    assert tapped_bpm([0.0, 0.5]) is None
    assert tapped_bpm([0.0, 0.5, 1.0, 5.0, 5.6]) is None
    assert recent_taps([0.0, 0.5, 5.0, 5.6]) == (5.0, 5.6)


def test_a_tempo_no_song_has_is_brought_into_range() -> None:
    assert tapped_bpm([0.0, 0.01, 0.02]) == 300.0 and tapped_bpm([0.0, 0.0, 0.0]) is None
