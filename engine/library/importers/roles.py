"""Which track of what plays takes which track of an imported pattern: the one of its name, else of the same drum."""

from dataclasses import dataclass, replace

from engine.core.kit import Kit
from engine.core.pattern import MAX_TRACKS, Pattern, Track
from engine.library.importers.drums import drum_of_name, name_of_note


@dataclass(frozen=True, slots=True)
class OnTracks:
    """A pattern on the tracks of what plays. silent: tracks that it adds, for which the kit has no sound; left_out:
    tracks for which there was no room."""

    pattern: Pattern
    silent: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def on_tracks(pattern: Pattern, present: Pattern, kit: Kit) -> OnTracks:
    """The pattern with its tracks renamed and in the order of those that play. Tracks that it has no hits for stay, and
    are empty; its own that match none follow them, as far as there is room."""
    matched = _matched(pattern, present, kit)
    empty = (None,) * len(pattern.tracks[0].steps)
    moved = {mine: replace(pattern.track(theirs), name=mine) for theirs, mine in matched.items()}
    tracks = [moved.get(track.name) or Track(track.name, empty, pattern.tracks[0].steps_per_beat)
              for track in present.tracks]
    more = [track for track in pattern.tracks if track.name not in matched]
    added = more[: MAX_TRACKS - len(tracks)]
    return OnTracks(replace(pattern, tracks=(*tracks, *added)),
                    tuple(track.name for track in added if track.name not in kit.one_shots),
                    tuple(track.name for track in more[len(added):]))


def with_tracks_for(kit: Kit, present: Pattern) -> Pattern:
    """The pattern with an empty track for each one-shot that has none, as far as there is room."""
    names = {track.name for track in present.tracks}
    empty = present.tracks[0].silent
    more = (replace(empty, name=name) for name in kit.one_shots if name not in names)
    return replace(present, tracks=(*present.tracks, *more)[:MAX_TRACKS])


def _matched(pattern: Pattern, present: Pattern, kit: Kit) -> dict[str, str]:
    """The track of what plays for each track of the pattern that has one: by name first, then by drum."""
    free = [track.name for track in present.tracks]
    found = {track.name: track.name for track in pattern.tracks if track.name in free}
    for track in pattern.tracks:
        drum = drum_of_name(track.name) or track.name
        candidates = (name for name in free if name not in found.values() and drum in _drums(name, kit))
        if track.name not in found and (mine := next(candidates, None)) is not None:
            found[track.name] = mine
    return found


def _drums(track: str, kit: Kit) -> set[str | None]:
    """What a track of the machine is: by its name, and by the note of its sound."""
    shot = kit.one_shots.get(track)
    return {drum_of_name(track), None if shot is None else name_of_note(shot.midi_note)}
