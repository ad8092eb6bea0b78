"""How a grid controller looks, and what its pads and buttons do."""

from dataclasses import replace

import pytest

from engine.core.commands import Play, SetMute, SetSolo, Stop, ToggleStep
from engine.core.machine import empty_machine
from engine.core.midi_bytes import CONTROL_CHANGE, NOTE_ON
from engine.core.pattern import Pattern, Step, Track
from engine.midi.grid.lights import lights, turned
from engine.midi.grid.note_map import Control, note_maps
from engine.midi.grid.presses import pressed
from engine.midi.grid.view import View

MAPS = note_maps(None)[0]
LAUNCHPAD, PADS = MAPS["launchpad"], MAPS["pads"]
SOFT, MEDIUM, HARD, DOUBTFUL = Step(0.2), Step(0.5), Step(0.9), Step(0.9, confidence=0.1)
KICK = Track("kick", (HARD, SOFT, MEDIUM, DOUBTFUL, *(None,) * 12))
SNARE = Track("snare", (None,) * 4 + (HARD,) + (None,) * 7)
PATTERN = Pattern((KICK, SNARE), 4)
MACHINE = replace(empty_machine(48000), pattern=PATTERN)
SIXTEENTH = 240  # ticks


def looks(note_map, machine, view, control, position=None, recording=False) -> str:
    """The name of the light of one pad or button; the maps' colours are told apart by it."""
    named = replace(note_map, colours={light: place for place, light in enumerate(note_map.colours)})
    return list(note_map.colours)[lights(named, machine, view, position, recording)[control]]


def pad(row: int, column: int) -> Control:
    return LAUNCHPAD.pads[row][column]


def button(does: str, note_map=LAUNCHPAD) -> Control:
    return next(control for control, known in note_map.buttons.items() if known == does)


def press(note_map, control, machine=MACHINE, view=View(), value=100):  # noqa: B008  a frozen value
    return pressed(note_map, machine, view, bytes((control.kind, control.number, value)))


@pytest.mark.parametrize(("column", "light"), [(0, "hard"), (1, "soft"), (2, "medium"), (3, "doubtful"),
                                                (4, "beat"), (5, "empty")])
def test_a_pad_shows_how_hard_its_step_is_played(column: int, light: str) -> None:
    assert looks(LAUNCHPAD, MACHINE, View(), pad(0, column)) == light


def test_the_playhead_runs_along_every_track_and_shows_on_hits_too() -> None:
    machine = replace(MACHINE, playing=True)
    at = 4 * SIXTEENTH
    assert looks(LAUNCHPAD, machine, View(), pad(0, 4), at) == "playhead"
    assert looks(LAUNCHPAD, machine, View(), pad(1, 4), at) == "played"
    assert looks(LAUNCHPAD, machine, View(), pad(0, 4), None) == "beat"


def test_tracks_of_other_lengths_keep_their_own_playhead() -> None:
    machine = replace(MACHINE, playing=True)
    at = 13 * SIXTEENTH  # the snare's twelve steps have begun again
    assert looks(LAUNCHPAD, machine, View(), pad(1, 1), at) == "playhead"
    assert looks(LAUNCHPAD, machine, View(page=1), pad(0, 5), at) == "playhead"


def test_the_second_page_ends_where_its_track_ends() -> None:
    assert looks(LAUNCHPAD, MACHINE, View(page=1), pad(0, 7)) == "empty"
    assert looks(LAUNCHPAD, MACHINE, View(page=1), pad(1, 3)) == "empty"
    assert looks(LAUNCHPAD, MACHINE, View(page=1), pad(1, 4)) == "off"
    assert looks(LAUNCHPAD, MACHINE, View(), pad(2, 0)) == "off", "there is no third track"
    assert press(LAUNCHPAD, pad(1, 4), view=View(page=1)).command is None


def test_the_page_turns_with_the_playhead_if_it_is_to_follow() -> None:
    machine = replace(MACHINE, playing=True)
    assert turned(LAUNCHPAD, machine, View(follows=True), 9 * SIXTEENTH).page == 1
    assert turned(LAUNCHPAD, machine, View(follows=False), 9 * SIXTEENTH).page == 0
    assert turned(LAUNCHPAD, machine, View(page=5), None).page == 1, "a shorter pattern was loaded"


def test_muted_hits_look_different_and_the_mute_button_says_so() -> None:
    machine = replace(MACHINE, mutes=frozenset({"kick"}))
    assert looks(LAUNCHPAD, machine, View(), pad(0, 0)) == "silenced"
    assert looks(LAUNCHPAD, machine, View(), button("mute 1")) == "muted"
    assert looks(LAUNCHPAD, machine, View(), button("mute 2")) == "sounding"
    assert looks(LAUNCHPAD, machine, View(), button("mute 3")) == "off"


def test_buttons_say_what_can_be_done_and_what_is_on() -> None:
    assert looks(LAUNCHPAD, MACHINE, View(), button("earlier")) == "off"
    assert looks(LAUNCHPAD, MACHINE, View(), button("later")) == "button"
    assert looks(LAUNCHPAD, MACHINE, View(page=1), button("later")) == "off"
    assert looks(LAUNCHPAD, replace(MACHINE, playing=True), View(), button("play")) == "sounding"
    assert looks(LAUNCHPAD, MACHINE, View(), button("record"), recording=True) == "recording"
    assert looks(LAUNCHPAD, MACHINE, View(follows=True), button("follow")) == "chosen"


def test_a_pad_puts_a_hit_as_hard_as_it_is_pressed_and_its_release_does_nothing() -> None:
    assert press(LAUNCHPAD, pad(1, 2), value=127).command == ToggleStep("snare", 2, 1.0)
    assert press(LAUNCHPAD, pad(0, 3), view=View(page=1)).command.index == 11
    assert press(LAUNCHPAD, pad(1, 2), value=0).command is None
    assert pressed(LAUNCHPAD, MACHINE, View(), b"\x80\x51\x40").command is None
    assert pressed(LAUNCHPAD, MACHINE, View(), b"\xf0\x01").command is None


def test_a_pad_on_any_channel_counts() -> None:
    assert pressed(LAUNCHPAD, MACHINE, View(), bytes((NOTE_ON | 5, 71, 127))).command == ToggleStep("snare", 0, 1.0)


def test_buttons_mute_start_page_and_ask() -> None:
    assert press(LAUNCHPAD, button("mute 2")).command == SetMute("snare", True)
    assert press(LAUNCHPAD, button("mute 8")).command is None
    assert press(LAUNCHPAD, button("play")).command == Play()
    assert press(LAUNCHPAD, button("play"), replace(MACHINE, playing=True)).command == Stop()
    assert press(LAUNCHPAD, button("later")).view == View(page=1)
    assert press(LAUNCHPAD, button("later"), view=View(page=1)).view == View(page=1)
    assert press(LAUNCHPAD, button("follow")).view == View(follows=True)
    assert press(LAUNCHPAD, button("earlier"), view=View(page=1, follows=True)).view == View(page=0)
    assert press(LAUNCHPAD, button("record")).asks == "record"
    assert press(LAUNCHPAD, Control(CONTROL_CHANGE, 1)).asks == "", "a knob that the map does not know"


def test_solo_buttons_solo() -> None:
    note_map = replace(LAUNCHPAD, buttons={Control(NOTE_ON, 1): "solo 1"})
    assert press(note_map, Control(NOTE_ON, 1)).command == SetSolo("kick", True)
    machine = replace(MACHINE, solos=frozenset({"kick"}))
    assert looks(replace(note_map, colours=LAUNCHPAD.colours), machine, View(), Control(NOTE_ON, 1)) == "chosen"


def test_sixteen_pads_are_the_steps_of_the_chosen_track_from_the_lowest_row_left_to_right() -> None:
    assert press(PADS, PADS.pads[0][0]).command == ToggleStep("kick", 0, 100 / 127)
    assert press(PADS, PADS.pads[3][3]).command == ToggleStep("kick", 15, 100 / 127)
    view = press(PADS, button("track 2", PADS)).view
    assert view == View(lane=1)
    assert press(PADS, PADS.pads[1][0], view=view).command == ToggleStep("snare", 4, 100 / 127)
    assert press(PADS, PADS.pads[3][0], view=view).command is None, "the snare has twelve steps"


def test_a_track_chosen_again_shows_its_next_steps() -> None:
    long = replace(MACHINE, pattern=Pattern((replace(KICK, steps=(None,) * 40),), 10))
    view = View()
    for page in (1, 2, 0):
        view = press(PADS, button("track 1", PADS), long, view).view
        assert view.page == page
