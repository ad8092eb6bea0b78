"""Everything with more than one good answer: transcribers, separators, extractors, found by name.

A plugin is a Python entry point in one of three groups (`tao.transcribers`, `tao.separators`,
`tao.extractors`), Tao's own included, so a third party adds one by installing a package. The entry point
is a callable that returns the plugin: without arguments, or with the text after the colon when it is asked
for as `NAME:ARGUMENT`. Audio at these seams is float32 NumPy, (channels, frames), full scale 1.0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, cast

import numpy as np

from engine.core.errors import InvalidValue, UsageError

Audio = np.ndarray
Stems = dict[str, Audio]
Told = Callable[[float], None]

TRANSCRIBERS = "tao.transcribers"
SEPARATORS = "tao.separators"
EXTRACTORS = "tao.extractors"


def untold(fraction: float) -> None:
    """The report that nobody reads."""


@dataclass(frozen=True, slots=True)
class Onset:
    """One hit as heard: track name, seconds from the start of the audio, velocity (0..1] in proportion to
    its amplitude within the track, confidence 0..1 that it is there and rightly named."""

    track: str
    time_s: float
    velocity: float = 1.0
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 < self.velocity <= 1.0 and 0.0 <= self.confidence <= 1.0 and np.isfinite(self.time_s)):
            raise InvalidValue(f"An onset has a time, a velocity in 0..1 and a confidence in 0..1: {self}.")


@dataclass(frozen=True, slots=True)
class TempoGuess:
    """One reading of the tempo: bpm, the quarter notes in the audio (whole when it is a loop), confidence."""

    bpm: float
    beats: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a transcriber hears: onsets by time, tempi best first (at least one).

    downbeat_s: where the first downbeat lies after the start of the audio; 0 for a loop cut on its bar line.
    """

    onsets: tuple[Onset, ...]
    tempi: tuple[TempoGuess, ...]
    downbeat_s: float = 0.0

    @property
    def tempo(self) -> TempoGuess:
        """The best reading."""
        return self.tempi[0]

    @property
    def tracks(self) -> tuple[str, ...]:
        """The names of the drums that were heard, each once, by first hit."""
        return tuple(dict.fromkeys(onset.track for onset in self.onsets))

    def of(self, track: str) -> tuple[Onset, ...]:
        """The hits of one drum, by time."""
        return tuple(onset for onset in self.onsets if onset.track == track)


@dataclass(frozen=True, slots=True, eq=False)
class ExtractedLayer:
    """A recording of a drum for strokes of `velocity` and harder: audio (channels, frames), as its shot's."""

    audio: Audio
    velocity: float


@dataclass(frozen=True, slots=True, eq=False)
class ExtractedShot:
    """One hit of one drum: audio (channels, frames) from its attack on, and the linear gain at which a hit of
    velocity 1 plays it. choke_group: shots of one group cut each other. onset: index of the hit it was
    taken from among the track's onsets, None when it was computed from several. layers: what other velocities
    play, in turns where there are several; `audio` is for those from 0 on."""

    audio: Audio
    gain: float = 1.0
    choke_group: int | None = None
    onset: int | None = None
    layers: tuple[ExtractedLayer, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """What an extractor makes of a loop: shots by track name (a track without hits has none), and the hits
    and stems as it leaves them: those it was given, unless it knows better."""

    shots: dict[str, ExtractedShot]
    transcription: Transcription
    stems: Stems


class Transcriber(Protocol):
    """Loop in, hits and tempo out."""

    name: str

    def transcribe(self, audio: Audio, sample_rate: int, beats: int | None = None,
                   circular: bool = True) -> Transcription:
        """Hear the hits. `beats` is the length in quarter notes where it is known; circular: the end meets
        the start, so the last tail wraps and the first hit has context. Raises NoOnsets on silence."""
        ...


class Separator(Protocol):
    """Loop and hits in, one stem per drum out."""

    name: str

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Stems by track name, each as long as `audio`, adding up to it."""
        ...


class Extractor(Protocol):
    """Loop, stems and hits in, one shot per drum out; hits and stems may come out mended."""

    name: str

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: Told = untold) -> Extraction:
        """What is made of audio (channels, frames), its stems (a track may lack one) and its hits.
        `report` is told the share done, 0..1; what it raises ends the work."""
        ...

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: Told = untold) -> Extraction:
        """The same after a person put the hits right: all of them stand, and nothing is added."""
        ...


def installed(group: str) -> dict[str, EntryPoint]:
    """The plugins of a group by name, Tao's own and everyone else's, sorted."""
    return {point.name: point for point in sorted(entry_points(group=group), key=lambda point: point.name)}


def transcriber(name: str) -> Transcriber:
    """The transcriber called `name`. Raises UsageError, naming what is installed, when there is none."""
    return cast(Transcriber, _opened(TRANSCRIBERS, name))


def separator(name: str) -> Separator:
    """The separator called `name`. Raises UsageError, naming what is installed, when there is none."""
    return cast(Separator, _opened(SEPARATORS, name))


def extractor(name: str) -> Extractor:
    """The extractor called `name`. Raises UsageError, naming what is installed, when there is none."""
    return cast(Extractor, _opened(EXTRACTORS, name))


def _opened(group: str, name: str) -> Any:
    plain, _, argument = name.partition(":")
    points = installed(group)
    if plain not in points:
        kind = group.removeprefix("tao.").removesuffix("s")
        found = ", ".join(points) or "none; install Tao itself with `pip install -e .`"
        raise UsageError(f"No {kind} is called {plain!r}. Installed: {found}.")
    factory = points[plain].load()
    return factory(argument) if argument else factory()
