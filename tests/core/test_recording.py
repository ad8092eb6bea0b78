"""How long a first take is decides how fast the song is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidValue
from engine.core.recording import RecordingSetup, tempo_of_take


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
