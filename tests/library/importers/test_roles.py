"""An imported pattern goes to the tracks of what plays."""

from engine.core.kit import Kit, OneShot
from engine.core.pattern import Pattern, Step, Track
from engine.library.importers.roles import on_tracks, with_tracks_for

HIT = (Step(1.0), None, None, None)
KIT = Kit("mine", {"Big Kick": OneShot("a", 1, midi_note=36), "snare": OneShot("a", 1, midi_note=38),
                   "pling": OneShot("a", 1, midi_note=56)})


def pattern(*names: str, beats: int = 1) -> Pattern:
    return Pattern(tuple(Track(name, HIT * beats) for name in names), beats)


def test_a_track_goes_to_the_one_of_its_name_else_of_its_drum_else_of_its_note() -> None:
    present = pattern("snare", "Big Kick", "pling", beats=2)
    made = on_tracks(pattern("kick", "snare", "cowbell"), present, KIT)
    assert [(track.name, track.steps) for track in made.pattern.tracks] == [
        ("snare", HIT), ("Big Kick", HIT), ("pling", HIT)]
    assert made.pattern.beats == 1 and made.silent == made.left_out == ()


def test_tracks_without_hits_stay_and_are_empty() -> None:
    made = on_tracks(pattern("snare", beats=3), pattern("Big Kick", "snare"), KIT)
    assert made.pattern.tracks == (Track("Big Kick", (None,) * 12), Track("snare", HIT * 3))


def test_tracks_that_match_none_are_added_and_named_as_far_as_there_is_room() -> None:
    present = pattern("Big Kick", "snare", *"abcd")
    made = on_tracks(pattern("snare", "clap", "shaker", "triangle"), present, KIT)
    assert [track.name for track in made.pattern.tracks] == ["Big Kick", "snare", *"abcd", "clap", "shaker"]
    assert (made.silent, made.left_out) == (("clap", "shaker"), ("triangle",))


def test_two_kicks_do_not_share_a_track() -> None:
    made = on_tracks(pattern("kick", "kick 2"), pattern("Big Kick"), KIT)
    assert [track.name for track in made.pattern.tracks] == ["Big Kick", "kick 2"]


def test_a_kit_gets_a_track_for_each_sound() -> None:
    made = with_tracks_for(KIT, pattern("snare"))
    assert [(track.name, any(track.steps)) for track in made.tracks] == [
        ("snare", True), ("Big Kick", False), ("pling", False)]
    assert len(with_tracks_for(Kit("many", dict.fromkeys("abcdefghij", OneShot("a", 1))), made).tracks) == 8
