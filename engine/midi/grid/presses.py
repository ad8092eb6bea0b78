"""What a pad or button of a grid controller that is pressed asks for."""

from dataclasses import dataclass, replace

from engine.core.commands import Command, Play, SetMute, SetSolo, Stop, ToggleStep
from engine.core.machine import Machine
from engine.core.midi_bytes import CONTROL_CHANGE, DATA_MASK, NOTE_ON, kind_of
from engine.midi.grid.note_map import Control, NoteMap
from engine.midi.grid.view import View, pages, slot_at


@dataclass(frozen=True, slots=True)
class Pressed:
    """The view from now on; the command to carry out, if any; and `asks`: record, undo or redo, else empty."""

    view: View
    command: Command | None = None
    asks: str = ""


def pressed(note_map: NoteMap, machine: Machine, view: View, message: bytes) -> Pressed:
    """What this message does. A release, and what the map does not know, does nothing."""
    view = view.within(note_map, machine.pattern)
    if len(message) != 3 or kind_of(message[0]) not in (NOTE_ON, CONTROL_CHANGE) or not message[2]:
        return Pressed(view)
    control = Control(kind_of(message[0]), message[1] & DATA_MASK)
    place = note_map.places.get(control)
    if place is not None:
        slot = slot_at(note_map, machine.pattern, view, place)
        if slot is None:
            return Pressed(view)
        return Pressed(view, ToggleStep(machine.pattern.tracks[slot[0]].name, slot[1], message[2] / 127.0))
    what, _, number = note_map.buttons.get(control, "").partition(" ")
    return _track_button(note_map, machine, view, what, int(number) - 1) if number else _button(
        note_map, machine, view, what)


def _button(note_map: NoteMap, machine: Machine, view: View, what: str) -> Pressed:
    last = pages(note_map, machine.pattern, view.lane) - 1
    match what:
        case "play":
            return Pressed(view, Stop() if machine.playing else Play())
        case "earlier":
            return Pressed(replace(view, page=max(0, view.page - 1), follows=False))
        case "later":
            return Pressed(replace(view, page=min(last, view.page + 1), follows=False))
        case "follow":
            return Pressed(replace(view, follows=not view.follows))
    return Pressed(view, asks=what)


def _track_button(note_map: NoteMap, machine: Machine, view: View, what: str, lane: int) -> Pressed:
    if lane >= len(machine.pattern.tracks):
        return Pressed(view)
    name = machine.pattern.tracks[lane].name
    match what:
        case "mute":
            return Pressed(view, SetMute(name, name not in machine.mutes))
        case "solo":
            return Pressed(view, SetSolo(name, name not in machine.solos))
    if lane == view.lane:  # again: its next steps
        return Pressed(replace(view, page=(view.page + 1) % pages(note_map, machine.pattern, lane), follows=False))
    return Pressed(replace(view, lane=lane, page=0))
