"""What is said of a reading: a doubt names the other one and the option that chooses it."""

import pytest

from engine.core.loop import Reading, is_doubtful
from models.words import in_words, told_doubt, told_part, told_unnamed

SURE = (Reading(8, 174.0, 0.9), Reading(4, 87.0, 0.1))


@pytest.mark.parametrize(("other", "flags"), [
    (Reading(4, 87.0, 0.4), "--beats 4"), (Reading(8, 87.25, 0.4), "--bpm 87.25"),
    (Reading(8, 174.0, 0.4, (3, 4)), "--meter 3/4"), (Reading(3.5, 76.0, 0.4, (7, 8)), "--beats 3.5 --meter 7/8")])
def test_a_doubt_names_the_other_reading_and_how_to_choose_it(other, flags):
    told = told_doubt((Reading(8, 174.0, 0.55), other))
    assert told == f"The tempo is not certain: it may be {in_words(other)}; {flags} chooses that."


def test_what_is_sure_is_not_doubted():
    assert told_doubt(SURE) is None and told_doubt(SURE[:1]) is None and not is_doubtful(())
    assert is_doubtful((Reading(8, 174.0, 0.45), Reading(4, 87.0, 0.01))), "less likely than not"
    assert is_doubtful((Reading(8, 174.0, 0.6), Reading(4, 87.0, 0.35))), "the second is close"


def test_a_part_and_unnamed_sounds_are_told():
    whole = Reading(128, 120.0, 0.9, cut_s=(16.0, 32.0))
    assert told_part((whole,), 32, 64.0) == (
        "This is 120 BPM, 128 beats, more than a pattern holds: the loop is the 32 beats from 16.0 to 32.0 s, in which "
        "most is played.")
    assert told_part((Reading(8, 120.0, 0.9, cut_s=(0.0, 4.0)),), 8, 5.9) is None and told_part((), 8, 4.0) is None
    assert told_part((Reading(8, 120.0, 0.9, cut_s=(1.3, 5.3)),), 8, 9.0) == (
        "The loop is the 8 beats from 1.30 to 5.30 s of this recording.")
    assert told_unnamed(("perc 1", "perc 2")) == "No drum was heard: the sounds are called perc 1, perc 2."
    assert told_unnamed(("kick", "perc 1")) is None
