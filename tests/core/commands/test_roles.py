from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.commands import CopyPattern, SetLock, SetMute, SetPad, SetRole, SetRoute, SetSolo, SetStep, apply
from engine.core.commands.sounds import free_perc, role_changed
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot, choke_group_of, gm_note
from engine.core.machine import Machine, empty_machine
from engine.core.midi import Route
from engine.core.pattern import TRACK_NAMES, Pattern, Step, Track
from engine.core.step import Overrides
from tests.strategies import machines


def beat() -> Machine:
    """Kick, snare and hi-hat, and what depends on their names."""
    steps = (Step(1.0), None, None, None)
    pattern = Pattern(tuple(Track(name, steps) for name in ("kick", "snare", "hihat")), 1)
    kit = Kit("k", {"kick": OneShot("aa", 9, midi_note=36), "hihat": OneShot("bb", 9, midi_note=42, choke_group=1)})
    machine = replace(empty_machine(48000).with_pattern(pattern), kit=kit)
    for command in (SetStep("kick", 2, Step(0.5, overrides=Overrides(one_shot="hihat"))), CopyPattern(3),
                    SetMute("hihat", True), SetSolo("hihat", True), SetLock("hihat", True),
                    SetRoute("hihat", Route(2, note=42)), SetPad(99, "hihat")):
        machine = apply(command, machine, 0)
    return machine


def test_a_role_is_changed_everywhere() -> None:
    machine = apply(SetRole("hihat", "ride"), beat(), 0)
    for pattern in (machine.pattern, machine.patterns[3]):
        assert pattern is not None and [track.name for track in pattern.tracks] == ["kick", "snare", "ride"]
        assert pattern.track("kick").steps[2] == Step(0.5, overrides=Overrides(one_shot="ride"))
    assert machine.mutes == machine.solos == machine.locks == {"ride"}
    assert machine.kit.one_shots["ride"] == OneShot("bb", 9, midi_note=51) and "hihat" not in machine.kit.one_shots
    assert machine.midi.routes == {"ride": Route(2, note=51)}
    assert machine.midi.pads[99] == "ride" and machine.midi.pads[51] == "ride" and machine.midi.pads[42] == "hihat"


def test_a_note_and_a_choke_group_that_were_chosen_stay() -> None:
    machine = beat()
    shot = OneShot("bb", 9, midi_note=77, choke_group=4)
    machine = replace(machine, kit=Kit("k", {"hihat": shot}))
    machine = apply(SetRoute("hihat", Route(1, note=12)), machine, 0)
    machine = apply(SetRole("hihat", "crash"), machine, 0)
    assert machine.kit.one_shots == {"crash": shot} and machine.midi.routes["crash"].note == 12


def test_percussion_has_notes_and_a_pad_of_its_own() -> None:
    machine = apply(SetRole("hihat", free_perc(beat())), beat(), 0)
    assert machine.kit.one_shots["perc 1"].midi_note == machine.midi.routes["perc 1"].note == 60
    assert machine.midi.pads[60] == "perc 1" and free_perc(machine) == "perc 2"
    assert [gm_note(role) for role in ("perc 1", "perc 3", "ride", "cowbell")] == [60, 62, 51, 60]
    assert choke_group_of("hihat") == 1 and choke_group_of("perc 1") is None


def test_a_role_that_is_taken_is_refused() -> None:
    with pytest.raises(InvalidValue, match="There is already a kick"):
        apply(SetRole("hihat", "kick"), beat(), 0)
    other = Pattern((Track("ride", (None,)),), 1)
    shelved = replace(beat(), stored_patterns=(None, other, *(None,) * 14))
    with pytest.raises(InvalidValue, match="There is already a ride in pattern 2"):
        apply(SetRole("hihat", "ride"), shelved, 0)
    with pytest.raises(InvalidValue, match="kit already has a tom"):
        apply(SetRole("hihat", "tom"), replace(beat(), kit=Kit("k", {"tom": OneShot("aa", 9)})), 0)
    with pytest.raises(InvalidValue, match="A track is kick, snare"):
        apply(SetRole("hihat", ""), beat(), 0)


ROLES = [role for role in (*TRACK_NAMES, "perc 1", "cowbell") if role != "snare"]  # steps name it without a track


@given(machines(), st.data(), st.sampled_from(ROLES))
def test_a_role_that_is_changed_back_leaves_the_music_as_it_was(machine: Machine, data: st.DataObject, role: str
                                                                ) -> None:
    track = data.draw(st.sampled_from(machine.pattern.tracks)).name
    try:
        changed = apply(SetRole(track, role), machine, 0)
    except InvalidValue:
        return
    back = apply(SetRole(role, track), changed, 0)
    assert (back.pattern, back.patterns, back.mutes, back.solos, back.locks) == (
        machine.pattern, machine.patterns, machine.mutes, machine.solos, machine.locks)
    assert back.kit.one_shots.keys() == machine.kit.one_shots.keys()
    if changed != machine:
        assert role_changed(machine, changed) == (track, role)
