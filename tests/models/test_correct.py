from dataclasses import replace

import numpy as np
import pytest

from engine.core.errors import InvalidValue, UsageError
from engine.core.kit import Kit
from engine.core.loop import Loop, PlayedLoop
from engine.core.pattern import Pattern, Step
from engine.core.timeline import Ticks
from models.correct import (
    StepEdit,
    correct,
    corrected,
    edited,
    find_renames,
    played_as,
    renamed,
    still_candidates,
    with_candidates,
)
from models.decompose import Decomposition, Tools, decompose
from models.plugins import Onset, TempoGuess, Transcription
from models.solving.solve import Solve
from tests.models.loops import RATE, TOOLS, audio_of, onsets_of, pattern_of

BEAT = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")
LENGTH_S = 240 / 110


class MissedOne:
    """A transcriber that misses the second hit of the snare."""

    name = "missed"

    def transcribe(self, audio, sample_rate, beats=None, circular=True):
        onsets = [one for one in onsets_of(BEAT, LENGTH_S) if not (one.track == "snare" and one.time_s > 1.0)]
        return Transcription(tuple(onsets), (TempoGuess(110.0, 4),))


class AsGiven(Solve):
    """A solver that never changes which hits there are."""

    extract = Solve.revise


@pytest.fixture(scope="module")
def missed():
    tools = Tools(MissedOne(), TOOLS.separator, AsGiven())
    return list(decompose(Loop(audio_of(BEAT, 110.0), RATE, "beat", 4), tools, RATE))[-1]


@pytest.mark.slow
def test_adding_the_hit_that_was_missed_improves_the_match(missed):
    better = correct(missed, edited(missed.pattern, (StepEdit("snare", 12, 1.0),)), AsGiven())
    assert better.match > missed.match + 0.01
    assert np.square(better.residual).sum() < 0.5 * np.square(missed.residual).sum()
    assert [index for index, step in enumerate(better.pattern.track("snare").steps) if step] == [4, 12]


@pytest.mark.slow
def test_stems_still_add_up_after_a_correction(missed):
    cleared = correct(missed, edited(missed.pattern, (StepEdit("kick", 10, None),)), TOOLS.extractor)
    assert np.abs(sum(cleared.stems.values()) - cleared.audio).max() < 1e-3
    assert cleared.pattern.track("kick").steps[10] is None


def test_unchanged_steps_keep_their_hits_to_the_frame():
    heard = Transcription(tuple(onsets_of(BEAT, LENGTH_S)), (TempoGuess(110.0, 4),))
    assert corrected(heard, BEAT, BEAT, LENGTH_S) == heard


def test_edits_clear_set_and_add_hits():
    heard = Transcription(tuple(onsets_of(BEAT, LENGTH_S)), (TempoGuess(110.0, 4),))
    after = edited(BEAT, (StepEdit("snare", 4, None), StepEdit("kick", 3, 0.8), StepEdit("tom", 8, 0.5)))
    found = corrected(heard, BEAT, after, LENGTH_S)
    assert [round(one.time_s / LENGTH_S * 16) for one in found.of("snare")] == [12]
    assert [(round(one.time_s / LENGTH_S * 16), one.velocity) for one in found.of("kick")] == [
        (0, 1.0), (3, 0.8), (8, 1.0), (10, 1.0)]
    assert [one.velocity for one in found.of("tom")] == [0.5]


def unsure() -> Decomposition:
    """A loop of which a soft snare and two toms were left out."""
    audio = np.zeros((round(LENGTH_S * RATE), 2), np.float32)
    heard = Transcription(tuple(onsets_of(BEAT, LENGTH_S)), (TempoGuess(110.0, 4),))
    candidates = tuple(Onset(track, LENGTH_S * step / 16, 0.2, 0.3) for track, step in (("snare", 6), ("tom", 3),
                                                                                  ("tom", 5)))
    loop = PlayedLoop("0" * 16, len(audio), 4, "loop")
    return Decomposition("kit", RATE, audio, Kit("kit", {}), BEAT, loop, {}, heard,
                         candidates=candidates, second_names={"snare": "tom", "hihat": "ride"})


def test_hits_that_were_left_out_come_back_as_steps_that_are_certain():
    back = with_candidates(unsure(), "snare", BEAT)
    assert [index for index, step in enumerate(back.track("snare").steps) if step] == [4, 6, 12]
    assert back.track("snare").steps[6] == Step(0.2, back.track("snare").steps[6].microtiming, confidence=1.0)
    heard = corrected(unsure().transcription, BEAT, back, LENGTH_S)
    assert len(heard.of("snare")) == 3


def test_a_drum_that_was_left_out_altogether_gets_its_track_back():
    back = with_candidates(unsure(), "tom", BEAT)
    assert [index for index, step in enumerate(back.track("tom").steps) if step] == [3, 5]
    with pytest.raises(UsageError, match=r"No hits of 'crash' were left out\. Tracks with hits left out: snare, tom"):
        with_candidates(unsure(), "crash", BEAT)


def test_what_has_come_back_is_no_longer_left_out():
    before = unsure()
    back = corrected(before.transcription, BEAT, with_candidates(before, "tom", BEAT), LENGTH_S)
    assert [onset.track for onset in still_candidates(before, replace(before, transcription=back))] == ["snare"]


def test_a_track_that_was_renamed_may_be_what_it_was():
    after = renamed(unsure(), {"snare": "tom"})
    assert after.second_names == {"tom": "snare", "hihat": "ride"}
    assert {onset.track for onset in after.candidates} == {"tom"}


def test_steps_that_are_not_there_are_refused():
    with pytest.raises(UsageError, match="no step 17; its steps are 1 to 16"):
        edited(BEAT, (StepEdit("kick", 16, 1.0),))


@pytest.mark.parametrize("edit", [StepEdit("foo", 0, 1.0), StepEdit("perc 0", 0, 1.0), StepEdit("tom", 0, None)])
def test_tracks_that_are_not_there_are_refused(edit):
    with pytest.raises(UsageError, match=f"no track named '{edit.track}'. The tracks are kick, snare"):
        edited(BEAT, (edit,))


def test_a_hit_adds_the_track_of_its_drum():
    assert edited(BEAT, (StepEdit("perc 2", 4, 0.5),)).track("perc 2").steps[4] == Step(0.5)


@pytest.mark.slow
def test_nothing_left_is_refused(missed):
    edits = tuple(StepEdit(track.name, index, None) for track in missed.pattern.tracks
                  for index in range(len(track.steps)))
    with pytest.raises(InvalidValue, match="No step is left"):
        correct(missed, edited(missed.pattern, edits), Solve())


def test_a_track_with_another_grid_is_refused():
    heard = Transcription(tuple(onsets_of(BEAT, LENGTH_S)), (TempoGuess(110.0, 4),))
    kick = BEAT.track("kick")
    with pytest.raises(InvalidValue, match="another grid"):
        corrected(heard, BEAT, BEAT.with_track(replace(kick, steps=kick.steps[:12])), LENGTH_S)


def test_steps_are_played_as_they_were_meant_to_be():
    kick = BEAT.track("kick")
    wanted = BEAT.with_track(kick.with_step(0, replace(kick.steps[0], ratchet=3, velocity=0.2)))
    step = played_as(BEAT, wanted).track("kick").steps[0]
    assert (step.ratchet, step.velocity) == (3, kick.steps[0].velocity)


def named(pattern: Pattern, **names: str) -> Pattern:
    return replace(pattern, tracks=tuple(replace(track, name=names.get(track.name, track.name))
                                         for track in pattern.tracks))


def test_a_name_that_changed_is_told_by_the_steps():
    assert find_renames(BEAT, BEAT) == {}
    assert find_renames(BEAT, named(BEAT, hihat="ride")) == {"hihat": "ride"}
    assert find_renames(BEAT, named(BEAT, hihat="ride", kick="perc 1")) == {"hihat": "ride", "kick": "perc 1"}


def test_two_drums_that_changed_places_are_told():
    assert find_renames(BEAT, named(BEAT, kick="snare", snare="kick")) == {"kick": "snare", "snare": "kick"}


def test_a_name_is_told_though_steps_were_put_right_too():
    ride = named(BEAT, hihat="ride").track("ride")
    ride = ride.with_step(0, None).with_step(3, Step(0.5)).with_step(2, Step(0.4, Ticks(30)))
    assert find_renames(BEAT, named(BEAT, hihat="ride").with_track(ride)) == {"hihat": "ride"}


def test_another_rhythm_under_its_old_name_is_no_other_drum():
    changed = BEAT.with_track(replace(BEAT.track("snare"), steps=BEAT.track("kick").steps))
    assert find_renames(BEAT, changed) == {}
    fewer = replace(BEAT, tracks=BEAT.tracks[:2])
    assert find_renames(BEAT, fewer) == {} and find_renames(fewer, BEAT) == {}


def test_a_name_that_another_track_keeps_is_not_given_away():
    before = pattern_of(ride="x...x...x...x...", hihat="x.x.x.x.x.x.x.x.")
    after = replace(before, tracks=(replace(before.track("hihat"), name="ride"),))
    assert find_renames(before, after) == {}


def test_everything_of_a_track_goes_by_its_new_name():
    *_, done = decompose(Loop(audio_of(BEAT, 110.0), RATE, "beat", 4), TOOLS, RATE)
    ridden = renamed(done, {"hihat": "ride"})
    for of_tracks in (ridden.kit.one_shots, ridden.stems, ridden.track_match, ridden.transcription.tracks):
        assert "ride" in of_tracks and "hihat" not in of_tracks
    assert ridden.pattern.track("ride").steps == done.pattern.track("hihat").steps
    assert renamed(ridden, {"ride": "hihat"}).transcription == done.transcription


@pytest.mark.parametrize(("names", "words"), [({"hihat": "kick"}, "Two tracks would be named 'kick'"),
                                              ({"crash": "ride"}, "no track named 'crash'")])
def test_names_that_cannot_be_are_refused(names, words):
    *_, done = decompose(Loop(audio_of(BEAT, 110.0), RATE, "beat", 4), TOOLS, RATE)
    with pytest.raises(UsageError, match=words):
        renamed(done, names)
