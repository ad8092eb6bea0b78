from hypothesis import given
from hypothesis import strategies as st

from engine.core.recording import recent_taps, tapped_bpm


@given(st.floats(31.0, 299.0), st.integers(3, 40), st.floats(0, 1e5))
def test_even_taps_are_their_tempo(bpm: float, taps: int, start_s: float) -> None:
    found = tapped_bpm([start_s + 60.0 / bpm * tap for tap in range(taps)])
    assert found is not None and abs(found - bpm) < 0.01


@given(st.lists(st.floats(-0.01, 0.01), min_size=12, max_size=16))
def test_an_unsteady_hand_is_averaged(late_s: list[float]) -> None:
    found = tapped_bpm([0.5 * tap + late for tap, late in enumerate(late_s)])
    assert found is not None and abs(found - 120.0) < 1.5


def test_two_taps_are_no_tempo_yet_and_a_pause_begins_anew() -> None:
    assert tapped_bpm([0.0, 0.5]) is None
    assert tapped_bpm([0.0, 0.5, 1.0, 5.0, 5.6]) is None
    assert recent_taps([0.0, 0.5, 5.0, 5.6]) == (5.0, 5.6)


def test_a_tempo_no_song_has_is_brought_into_range() -> None:
    assert tapped_bpm([0.0, 0.01, 0.02]) == 300.0 and tapped_bpm([0.0, 0.0, 0.0]) is None
