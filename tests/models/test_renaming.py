from dataclasses import replace

import pytest

from engine.core.errors import UsageError
from engine.core.loop import Loop
from engine.core.pattern import Pattern, Step
from engine.core.timeline import Ticks
from models.decompose import decompose
from models.renaming import called, names_told
from tests.models.loops import RATE, TOOLS, audio_of, pattern_of

BEAT = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")


def named(pattern: Pattern, **names: str) -> Pattern:
    return replace(pattern, tracks=tuple(replace(track, name=names.get(track.name, track.name))
                                         for track in pattern.tracks))


def test_a_name_that_changed_is_told_by_the_steps():
    assert names_told(BEAT, BEAT) == {}
    assert names_told(BEAT, named(BEAT, hihat="ride")) == {"hihat": "ride"}
    assert names_told(BEAT, named(BEAT, hihat="ride", kick="perc 1")) == {"hihat": "ride", "kick": "perc 1"}


def test_two_drums_that_changed_places_are_told():
    assert names_told(BEAT, named(BEAT, kick="snare", snare="kick")) == {"kick": "snare", "snare": "kick"}


def test_a_name_is_told_though_steps_were_put_right_too():
    ride = named(BEAT, hihat="ride").track("ride")
    ride = ride.with_step(0, None).with_step(3, Step(0.5)).with_step(2, Step(0.4, Ticks(30)))
    assert names_told(BEAT, named(BEAT, hihat="ride").with_track(ride)) == {"hihat": "ride"}


def test_another_rhythm_under_its_old_name_is_no_other_drum():
    changed = BEAT.with_track(replace(BEAT.track("snare"), steps=BEAT.track("kick").steps))
    assert names_told(BEAT, changed) == {}
    fewer = replace(BEAT, tracks=BEAT.tracks[:2])
    assert names_told(BEAT, fewer) == {} and names_told(fewer, BEAT) == {}


def test_a_name_that_another_track_keeps_is_not_given_away():
    before = pattern_of(ride="x...x...x...x...", hihat="x.x.x.x.x.x.x.x.")
    after = replace(before, tracks=(replace(before.track("hihat"), name="ride"),))
    assert names_told(before, after) == {}


def test_everything_of_a_track_goes_by_its_new_name():
    *_, done = decompose(Loop(audio_of(BEAT, 110.0), RATE, "beat", 4), TOOLS, RATE)
    ridden = called(done, {"hihat": "ride"})
    for of_tracks in (ridden.kit.one_shots, ridden.stems, ridden.track_match, ridden.transcription.tracks):
        assert "ride" in of_tracks and "hihat" not in of_tracks
    assert ridden.pattern.track("ride").steps == done.pattern.track("hihat").steps
    assert called(ridden, {"ride": "hihat"}).transcription == done.transcription


@pytest.mark.parametrize(("names", "words"), [({"hihat": "kick"}, "Two tracks would be called 'kick'"),
                                              ({"crash": "ride"}, "No track is called 'crash'")])
def test_names_that_cannot_be_are_refused(names, words):
    *_, done = decompose(Loop(audio_of(BEAT, 110.0), RATE, "beat", 4), TOOLS, RATE)
    with pytest.raises(UsageError, match=words):
        called(done, names)
