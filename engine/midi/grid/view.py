"""Which part of the pattern a grid controller shows, and which step each of its pads is."""

from dataclasses import dataclass, replace

from engine.core.commands.steps import Slot
from engine.core.pattern import Pattern
from engine.midi.grid.note_map import TRACKS, NoteMap


@dataclass(frozen=True, slots=True)
class View:
    """page: which steps, counted from 0; lane: the track shown (of the STEPS layout); follows: whether the page turns
    with the playhead."""

    page: int = 0
    lane: int = 0
    follows: bool = False

    def within(self, note_map: NoteMap, pattern: Pattern) -> "View":
        """The same, no further than the pattern goes."""
        lane = min(self.lane, len(pattern.tracks) - 1)
        return replace(self, lane=lane, page=min(self.page, pages(note_map, pattern, lane) - 1))


def pages(note_map: NoteMap, pattern: Pattern, lane: int) -> int:
    """How many pages there are: of the longest track, or of the one that is shown."""
    tracks = pattern.tracks if note_map.layout == TRACKS else pattern.tracks[lane : lane + 1]
    return max(1, -(-max(len(track.steps) for track in tracks) // note_map.steps_a_page))


def slot_at(note_map: NoteMap, pattern: Pattern, view: View, place: tuple[int, int]) -> Slot | None:
    """The step that the pad in this row and column is; None beyond the track's end."""
    row, column = place
    lane, within = (row, column) if note_map.layout == TRACKS else (view.lane, row * len(note_map.pads[0]) + column)
    index = view.page * note_map.steps_a_page + within
    exists = lane < len(pattern.tracks) and index < len(pattern.tracks[lane].steps)
    return (lane, index) if exists else None
