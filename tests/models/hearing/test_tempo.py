import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.errors import InvalidValue
from engine.core.loop import Reading
from models.hearing.readings import Wishes
from models.hearing.tempo import MAX_BEATS, as_wished, guess_tempi
from models.plugins import Onset, TempoGuess, Transcription
from tests.models.loops import onsets_of, pattern_of

ROCK = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")


@pytest.mark.parametrize("bpm", [75.0, 96.0, 120.0, 140.0, 165.0])
def test_a_rock_beat_is_read_at_its_own_tempo(bpm):
    length_s = 4 * 60 / bpm
    best = guess_tempi(onsets_of(ROCK, length_s), length_s)[0]
    assert best.beats == 4
    assert best.bpm == pytest.approx(bpm)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.builds(Onset, st.sampled_from(["kick", "snare", "hihat"]), st.floats(0.0, 3.9)), min_size=1,
                max_size=12), st.floats(4.0, 40.0))
def test_every_reading_is_a_number_of_half_beats(onsets, length_s):
    guesses = guess_tempi(onsets, length_s)
    assert 1 <= len(guesses) <= 3
    for guess in guesses:
        assert 2 * guess.beats == int(2 * guess.beats) and guess.beats >= 1
    confidences = [guess.confidence for guess in guesses]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0 + 1e-6


def test_known_beats_leave_nothing_to_guess():
    (only,) = guess_tempi([Onset("kick", 0.0)], 2.0, beats=3)
    assert (only.beats, only.bpm, only.confidence) == (3, 90.0, 1.0)


def test_a_loop_of_too_many_beats_is_refused():
    with pytest.raises(InvalidValue, match="129 beats"):
        guess_tempi([Onset("kick", 0.0)], 60.0, beats=MAX_BEATS + 1)


def test_a_reading_that_was_chosen_is_the_first_and_no_other_is_looked_for():
    heard = Transcription((Onset("kick", 0.0),), (TempoGuess(120.0, 4),))
    chosen = (Reading(7, 240.0, 0.1, (7, 8), 0.25, (0.25, 2.0)), Reading(4, 120.0, 0.6))
    tempi = as_wished(heard, 2.0, Wishes(readings=chosen)).tempi
    assert tempi == (TempoGuess(240.0, 7, 0.1, (7, 8), 0.25), TempoGuess(120.0, 4, 0.6))
    assert as_wished(heard, 2.0, Wishes()) is heard
