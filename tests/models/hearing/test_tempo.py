import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidValue
from models.hearing.tempo import MAX_BEATS, guess_tempi
from models.plugins import Onset
from tests.models.loops import onsets_of, pattern_of

ROCK = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")


@pytest.mark.parametrize("bpm", [75.0, 96.0, 120.0, 140.0, 165.0])
def test_a_rock_beat_is_read_at_its_own_tempo(bpm):
    length_s = 4 * 60 / bpm
    best = guess_tempi(onsets_of(ROCK, length_s), length_s)[0]
    assert best.beats == 4
    assert best.bpm == pytest.approx(bpm)


@given(st.lists(st.builds(Onset, st.sampled_from(["kick", "snare", "hihat"]), st.floats(0.0, 3.9)), min_size=1,
                max_size=12), st.floats(4.0, 60.0))
def test_every_reading_is_a_whole_number_of_beats(onsets, length_s):
    guesses = guess_tempi(onsets, length_s)
    assert 1 <= len(guesses) <= 3
    for guess in guesses:
        assert guess.beats == int(guess.beats)
        assert guess.bpm * length_s / 60 == pytest.approx(guess.beats)
    confidences = [guess.confidence for guess in guesses]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0 + 1e-9


def test_known_beats_leave_nothing_to_guess():
    (only,) = guess_tempi([Onset("kick", 0.0)], 2.0, beats=3)
    assert (only.beats, only.bpm, only.confidence) == (3, 90.0, 1.0)


def test_a_loop_of_too_many_beats_is_refused():
    with pytest.raises(InvalidValue, match="too long"):
        guess_tempi([Onset("kick", 0.0)], 200.0)
    with pytest.raises(InvalidValue, match="65 beats"):
        guess_tempi([Onset("kick", 0.0)], 30.0, beats=MAX_BEATS + 1)


def test_a_loop_shorter_than_any_beat_is_refused():
    with pytest.raises(InvalidValue, match="no whole number of beats"):
        guess_tempi([Onset("kick", 0.0)], 0.1)
