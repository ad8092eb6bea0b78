"""Note maps: those that ship, a user's own, and what is said about one that cannot be used."""

from pathlib import Path

import pytest

from engine.core.errors import InvalidValue
from engine.core.midi_bytes import CONTROL_CHANGE, NOTE_ON
from engine.midi.grid.note_map import LIGHTS, STEPS, TRACKS, Control, note_map, note_maps

SMALL = "pads = [[36, 37], [38, 39]]\n"


def test_the_launchpads_map_has_eight_tracks_of_eight_steps_and_knows_its_ports() -> None:
    launchpad = note_maps(None)[0]["launchpad"]
    assert launchpad.layout == TRACKS and launchpad.steps_a_page == 8 and len(launchpad.pads) == 8
    assert launchpad.pads[0][0] == Control(NOTE_ON, 81) and launchpad.pads[7][7] == Control(NOTE_ON, 18)
    assert launchpad.buttons[Control(CONTROL_CHANGE, 89)] == "mute 1"
    assert launchpad.greeting_of("a2j:Launchpad X [24] (capture): Launchpad X LPX MIDI Out").begin.hex() == \
        "f0002029020c0e01f7"
    assert launchpad.greeting_of("a2j:Launchpad X [24] (capture): Launchpad X LPX DAW Out") is None
    assert set(launchpad.colours) == set(LIGHTS)


def test_the_pads_map_has_sixteen_steps_of_one_track_and_waits_to_be_chosen() -> None:
    pads = note_maps(None)[0]["pads"]
    assert pads.layout == STEPS and pads.steps_a_page == 16 and not pads.ports


def test_a_map_of_ones_own_is_like_another_with_ports_and_colours_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mpd.toml").write_text('like = "pads"\nports = ["MPD218"]\n[colours]\nhard = 100\n')
    maps, problems = note_maps(tmp_path)
    assert list(maps) == ["mpd", "launchpad", "pads"] and not problems, "one's own comes first"
    mpd = maps["mpd"]
    assert mpd.greeting_of("Akai MPD218 MIDI 1") is not None and mpd.pads == maps["pads"].pads
    assert mpd.colour("hard") == 100 and mpd.colour("soft") == 127 and mpd.colour("empty") == 0


@pytest.mark.parametrize(("text", "words"), [
    ("pads = [[1, 2], [3]]", "of the same length"),
    ("pads = [[1, 1]]", "stands for two things"),
    ("pads = [[128]]", "a note is a whole number from 0 to 127, not 128"),
    ("channel = 1", "it has no pads"),
    ('like = "nobody"', "there is no map 'nobody'"),
    (SMALL + 'layout = "spiral"', 'layout is "tracks" or "steps"'),
    (SMALL + "channel = 17", "a channel is a whole number from 1 to 16, not 17"),
    (SMALL + "colors = {}", "there is no entry 'colors'"),
    (SMALL + "colours = {mauve = 3}", "colours are numbers for off, empty"),
    (SMALL + '[buttons]\n"cc 200" = "play"', "a button is"),
    (SMALL + '[buttons]\n"cc 20" = "dance"', "no button does 'dance'"),
    (SMALL + '[buttons]\n"note 36" = "play"', "stands for two things"),
    (SMALL + '[ports]\nX = {begin = "F0 80 F7"}', "no system exclusive message"),
    (SMALL + '[ports]\nX = {begin = "hello"}', "not hexadecimal"),
])
def test_a_wrong_map_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        note_map("mine", text, {})


def test_a_file_that_cannot_be_used_is_named_and_the_others_work(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("pads = [[")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "good.toml").write_text(SMALL)
    maps, problems = note_maps(tmp_path)
    assert list(maps) == ["good", "launchpad", "pads"]
    assert len(problems) == 2 and str(tmp_path / "broken.toml") in problems[0]
