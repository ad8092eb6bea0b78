"""Importers, found by what a file holds: plugins that read other programs' kits and patterns, Tao's own included.

An importer is a callable without arguments that returns an object with `name`, `recognises` and `read`. Third parties
add one as an entry point in the group `tao.importers`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.core.errors import TaoError
from engine.core.kit import Kit, SampleId
from engine.core.loop import Audio
from engine.core.names import readable
from engine.core.pattern import MAX_TRACKS, Pattern, Track
from engine.core.timeline import MAX_BPM, MIN_BPM
from engine.library.importers.kinds import kind_of
from engine.library.kits.decomposition import Source, StoredDecomposition
from engine.library.mixdown import mixdown
from engine.library.resampling import resampled
from engine.library.strokes import all_strokes

IMPORTERS = "tao.importers"
DEFAULT_BPM, DEFAULT_RATE = 120.0, 48000
_NOTHING = np.zeros((1, 2), np.float32)


class NotImported(TaoError):
    """A file that holds no kit and no pattern that Tao can read."""


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What a file held: a kit with its audio, float32 (frames, 2) at `sample_rate`, or a pattern with its tempo, or
    both. remarks: what was left out, a sentence each; patterns: those that a song is made of, by name, if it is one;
    about_patterns: what was left out of them."""

    name: str
    kit: Kit | None = None
    samples: dict[SampleId, Audio] = field(default_factory=dict)
    sample_rate: int = DEFAULT_RATE
    pattern: Pattern | None = None
    tempo_bpm: float | None = None
    remarks: tuple[str, ...] = ()
    patterns: tuple[tuple[str, Pattern], ...] = ()
    about_patterns: tuple[str, ...] = ()


class Importer(Protocol):
    """Reads one format."""

    name: str

    def recognises(self, path: Path) -> bool:
        """Whether the file or folder is of this format, judged by what it holds; quick."""

    def read(self, path: Path) -> Imported:
        """Read it. Raises OSError, and TaoError with one sentence about what is wrong with it."""


def importers() -> list[Importer]:
    """Every importer, by name."""
    return [point.load()() for point in sorted(entry_points(group=IMPORTERS), key=lambda point: point.name)]


def import_file(path: Path) -> Imported:
    """Read a file or folder with the importer that recognises it. Raises NotImported, naming what the file is."""
    if not path.exists():
        raise NotImported(f"There is no file or folder {str(path)!r}. Check the name.")
    found = importers()
    for importer in found:
        with _answering(importer, path):
            if importer.recognises(path):
                return importer.read(path)
    raise NotImported(f"{path.name} is {kind_of(path)}. Tao imports: {', '.join(one.name for one in found)}.")


@contextmanager
def _answering(importer: Importer, path: Path) -> Iterator[None]:
    """Turn whatever an importer raises into one sentence that names it."""
    try:
        yield
    except (TaoError, MemoryError):
        raise
    except OSError as error:
        raise NotImported(f"{path.name} could not be read ({error.strerror or error}).") from None
    except (Exception, SystemExit) as error:
        name, reason = getattr(importer, "name", "?"), readable(f"{type(error).__name__}: {error}", 200)
        raise NotImported(f"{path.name} could not be read: the importer {name} failed ({reason}).") from error


def as_decomposition(parts: Iterable[Imported], name: str) -> StoredDecomposition:
    """An ordinary kit: the first kit and the first pattern among the parts. Its loop is the pattern played by the kit.

    A kit alone gets one empty bar, a pattern alone is silent. Tracks of a pattern play the one-shot of their name.
    """
    parts = list(parts)
    sounding = next((part for part in parts if part.kit is not None), None)
    playing = next((part for part in parts if part.pattern is not None), None)
    kit = Kit(name) if sounding is None or sounding.kit is None else replace(sounding.kit, name=name)
    pattern = _with_tracks_for(None if playing is None else playing.pattern, kit)
    kit = Kit(name, {track.name: kit.one_shots[track.name] for track in pattern.tracks if track.name in kit.one_shots})
    bpm = DEFAULT_BPM if playing is None or playing.tempo_bpm is None else playing.tempo_bpm
    bpm = min(MAX_BPM, max(MIN_BPM, bpm))
    samples = {} if sounding is None else {sample: sounding.samples[sample] for shot in kit.one_shots.values()
                                           for sample in shot.samples}
    rate = DEFAULT_RATE if sounding is None else sounding.sample_rate
    silent = StoredDecomposition(bpm, rate, kit, pattern, samples, next(iter(samples.values()), _NOTHING),
                                 source=Source(", ".join(part.name for part in parts)), made_by={"importer": "tao"})
    end, played = all_strokes(silent)
    return replace(silent, loop=mixdown(kit, samples, rate, played, min(end, pattern.ticks), bpm))


def at_one_rate(sounds: dict[str, tuple[Audio, int]]) -> tuple[dict[str, Audio], int]:
    """Sounds (frames, 2), each with its own rate, at the highest of their rates."""
    rate = max((found for _, found in sounds.values()), default=DEFAULT_RATE)
    return {name: resampled(audio, own, rate, circular=False, axis=0) for name, (audio, own) in sounds.items()}, rate


def _with_tracks_for(pattern: Pattern | None, kit: Kit) -> Pattern:
    """The pattern, with an empty track for each one-shot that it does not play, as far as there is room."""
    tracks = () if pattern is None else pattern.tracks
    count, steps_per_beat = (16, 4) if pattern is None else _grid_of(pattern)
    names = {track.name for track in tracks}
    empty = (None,) * count
    more = tuple(Track(name, empty, steps_per_beat) for name in kit.one_shots if name not in names)
    tracks = (*tracks, *more)[:MAX_TRACKS] or (Track("kick", empty),)
    return Pattern(tracks, 4) if pattern is None else replace(pattern, tracks=tracks)


def _grid_of(pattern: Pattern) -> tuple[int, int]:
    """(steps in the pattern, steps per beat) of its first track."""
    per_beat = pattern.tracks[0].steps_per_beat
    return max(1, int(pattern.beats * per_beat)), per_beat
