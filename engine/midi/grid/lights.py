"""How every pad and button of a grid controller should look."""

from engine.core.groove import playing_index
from engine.core.machine import Machine
from engine.core.pattern import Track
from engine.core.step import Step
from engine.midi.grid.note_map import TRACKS, Control, NoteMap
from engine.midi.grid.view import View, pages, slot_at

MEDIUM_FROM, HARD_FROM = 0.4, 0.75  # velocities


def lights(note_map: NoteMap, machine: Machine, view: View, position_ticks: int | None, recording: bool
           ) -> dict[Control, int]:
    """The velocity for each pad and button. position_ticks: where the song plays, None while it is stopped."""
    tracks = machine.pattern.tracks
    since = None if position_ticks is None else position_ticks - machine.phase_ticks
    heads = [None if since is None else playing_index(machine.pattern, track, since) for track in tracks]
    found = {}
    for pad, place in note_map.places.items():
        slot = slot_at(note_map, machine.pattern, view, place)
        light = "off" if slot is None else _step_light(machine, tracks[slot[0]], slot[1], heads[slot[0]])
        found[pad] = note_map.colour(light)
    for button, does in note_map.buttons.items():
        found[button] = note_map.colour(_button_light(note_map, machine, view, does, recording))
    return found


def turned(note_map: NoteMap, machine: Machine, view: View, position_ticks: int | None) -> View:
    """The view, turned to where the song plays if it follows that."""
    view = view.within(note_map, machine.pattern)
    if not view.follows or position_ticks is None:
        return view
    tracks = machine.pattern.tracks
    shown = max(tracks, key=lambda track: len(track.steps)) if note_map.layout == TRACKS else tracks[view.lane]
    index = playing_index(machine.pattern, shown, position_ticks - machine.phase_ticks)
    return View(index // note_map.steps_a_page, view.lane, follows=True)


def _step_light(machine: Machine, track: Track, index: int, head: int | None) -> str:
    step = track.steps[index]
    if index == head:
        return "playhead" if step is None else "played"
    if step is None:
        return "empty" if index % track.steps_per_beat else "beat"
    return _hit_light(step) if machine.audible(track.name) else "silenced"


def _hit_light(step: Step) -> str:
    if step.uncertain:
        return "doubtful"
    return "hard" if step.velocity >= HARD_FROM else "medium" if step.velocity >= MEDIUM_FROM else "soft"


def _button_light(note_map: NoteMap, machine: Machine, view: View, does: str, recording: bool) -> str:
    what, _, number = does.partition(" ")
    if number:
        return _track_light(machine, view, what, int(number) - 1)
    match what:
        case "earlier":
            return "button" if view.page else "off"
        case "later":
            return "button" if view.page + 1 < pages(note_map, machine.pattern, view.lane) else "off"
        case "record" if recording:
            return "recording"
        case "play" if machine.playing:
            return "sounding"
        case "follow" if view.follows:
            return "chosen"
    return "button"


def _track_light(machine: Machine, view: View, what: str, lane: int) -> str:
    if lane >= len(machine.pattern.tracks):
        return "off"
    name = machine.pattern.tracks[lane].name
    match what:
        case "mute":
            return "muted" if name in machine.mutes else "sounding"
        case "solo":
            return "chosen" if name in machine.solos else "button"
    return "chosen" if lane == view.lane else "button"
