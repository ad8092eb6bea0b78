"""The plugin contracts: transcribers, separators and extractors, found by name.

A plugin is a Python entry point in one of three groups (`tao.transcribers`, `tao.separators`, `tao.extractors`), Tao's
own included, so a third party adds one by publishing a package. The entry point is a callable that returns the plugin.
It is called without arguments, or with the text after the colon when the user asks for `NAME:ARGUMENT`. Audio passed to
and from plugins is float32 NumPy, (channels, frames), full scale 1.0.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np

from engine.core.errors import InvalidValue, TaoError
from engine.core.methods import entry_point
from engine.core.names import readable
from engine.core.time_signature import Quarters, TimeSignature

Audio = np.ndarray
Stems = dict[str, Audio]
OnProgress = Callable[[float], None]  # called with the share done, 0..1; what it raises ends the work


def ignore_progress(fraction: float) -> None:
    """The default OnProgress: do nothing."""


@dataclass(frozen=True, slots=True)
class Onset:
    """One transcribed hit: track name, seconds from the start of the audio, velocity (0..1] in proportion to its
    amplitude within the track, confidence 0..1 that it exists and has the right name."""

    track: str
    time_s: float
    velocity: float = 1.0
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 < self.velocity <= 1.0 and 0.0 <= self.confidence <= 1.0 and np.isfinite(self.time_s)):
            raise InvalidValue(f"An onset needs a finite time, a velocity above 0 and up to 1, and a confidence "
                               f"from 0 to 1; this one is {self}.")


@dataclass(frozen=True, slots=True)
class TempoGuess:
    """One reading of the audio: bpm, quarter notes (for a loop a multiple of one half), confidence, metre, and where
    beat 1 is, in seconds; negative where the audio begins after it."""

    bpm: float
    beats: float
    confidence: float = 1.0
    time_signature: TimeSignature = (4, 4)
    start_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """How likely a transcriber found each drum at each moment: logits (moments, drums), `per_s` moments a second, the
    first at start_s; tracks names the drums."""

    tracks: tuple[str, ...]
    logits: np.ndarray
    start_s: float
    per_s: float


@dataclass(frozen=True, slots=True)
class Transcription:
    """A transcriber's result: onsets by time, and at least one tempo, the best first.

    downbeat_s: the time of the first downbeat; 0 for a loop that was cut on its bar line. curves: what the onsets were
    picked from, if the transcriber tells.
    """

    onsets: tuple[Onset, ...]
    tempi: tuple[TempoGuess, ...]
    downbeat_s: float = 0.0
    curves: Curves | None = field(default=None, compare=False, repr=False)

    @property
    def tempo(self) -> TempoGuess:
        """The best reading."""
        return self.tempi[0]

    @property
    def tracks(self) -> tuple[str, ...]:
        """The names of the drums that have hits, in order of their first hit."""
        return tuple(dict.fromkeys(onset.track for onset in self.onsets))

    def of(self, track: str) -> tuple[Onset, ...]:
        """The hits of one drum, by time."""
        return tuple(onset for onset in self.onsets if onset.track == track)


@dataclass(frozen=True, slots=True, eq=False)
class ExtractedLayer:
    """Another sound of a drum, for hits of `velocity` and harder: audio (channels, frames), at its one-shot's level."""

    audio: Audio
    velocity: float


@dataclass(frozen=True, slots=True, eq=False)
class ExtractedShot:
    """One drum's one-shot: audio (channels, frames) from its attack on, and the linear gain for a hit of velocity 1.

    choke_group: one-shots of the same group cut each other. onset: the index, among the track's onsets, of the hit it
    was cut from; None when it was computed from several. layers: sounds for harder hits, those of equal velocity as
    round robins; `audio` itself is a layer from velocity 0 on.
    """

    audio: Audio
    gain: float = 1.0
    choke_group: int | None = None
    onset: int | None = None
    layers: tuple[ExtractedLayer, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """An extractor's result: one-shots by track name, for tracks that have hits; and the hits and stems, either those
    it was given or improved ones."""

    shots: dict[str, ExtractedShot]
    transcription: Transcription
    stems: Stems


@dataclass(frozen=True, slots=True, eq=False)
class SolvedHits:
    """Hits as the solver has improved them, (hits,) each: tracks, names; times_s; velocities (0..1], each track's
    loudest at 1; levels_db, below the loop's loudest; correlations with their one-shots; origins, their indices among
    the transcribed hits, -1 for one that the solver added. length_s: of the loop."""

    tracks: np.ndarray
    times_s: np.ndarray
    velocities: np.ndarray
    levels_db: np.ndarray
    correlations: np.ndarray
    origins: np.ndarray
    length_s: float


Judge = Callable[[SolvedHits], np.ndarray]  # the track of each hit (hits,), an empty name for one that is no hit


class Transcriber(Protocol):
    """Loop in, hits and tempo out."""

    name: str

    def transcribe(self, audio: Audio, sample_rate: int, beats: Quarters | None = None,
                   circular: bool = True) -> Transcription:
        """Find the hits. beats: the length in quarter notes if it is known. circular: the audio is a loop, so the last
        tail wraps round to the first hit. Raises NoOnsets on silence."""
        ...


class Separator(Protocol):
    """Loop and hits in, one stem per drum out."""

    name: str

    def separate(self, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
        """Stems by track name, each as long as `audio`, adding up to it."""
        ...


class Extractor(Protocol):
    """Loop, stems and hits in, one one-shot per drum out; hits and stems may come out improved."""

    name: str

    def extract(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
                report: OnProgress = ignore_progress) -> Extraction:
        """Extract the kit from audio (channels, frames), its stems (some tracks may lack one) and its hits. `report` is
        called with the share done, 0..1; what it raises ends the work."""
        ...

    def revise(self, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress = ignore_progress) -> Extraction:
        """The same after the user corrected the hits: keep all of them and add none."""
        ...


@runtime_checkable
class JudgedExtractor(Extractor, Protocol):
    """An extractor that lets a judge have the last word on its hits."""

    def extract_judged(self, audio: Audio, sample_rate: int, transcription: Transcription, judge: Judge,
                       report: OnProgress = ignore_progress) -> Extraction:
        """As `extract`; near the end, `judge` says on which track each hit belongs, or that it is none."""
        ...


def transcriber(name: str) -> Transcriber:
    """The transcriber of that name. Raises UsageError, listing those installed, when there is none."""
    return cast(Transcriber, _opened("transcriber", name))


def separator(name: str) -> Separator:
    """The separator of that name. Raises UsageError, listing those installed, when there is none."""
    return cast(Separator, _opened("separator", name))


def extractor(name: str) -> Extractor:
    """The extractor of that name. Raises UsageError, listing those installed, when there is none."""
    return cast(Extractor, _opened("extractor", name))


def _opened(kind: str, name: str) -> Any:
    plain, _, argument = name.partition(":")
    point = entry_point(kind, name)
    with loading(f"The {kind} {plain!r}"):
        try:
            factory = point.load()
            return factory(argument) if argument else factory()
        except (TaoError, ImportError, OSError, MemoryError):
            raise
        except (Exception, SystemExit) as error:
            reason = readable(f"{type(error).__name__}: {error}", 200)
            raise TaoError(f"The {kind} {plain!r} cannot be opened ({reason}). Choose another.") from error


@contextmanager
def loading(what: str) -> Iterator[None]:
    """Import heavy packages inside. Raises TaoError, in one sentence, where an installation is broken.

    A library that does not fit another raises ImportError, or an OSError without a file name from the dynamic linker.
    Unless the user decided otherwise, torch's idle threads will sleep rather than spin: on a busy computer, spinning
    takes whole cores from other programs, such as an engine that is playing.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read once, when torch is loaded
    try:
        yield
    except (ImportError, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise TaoError(f"{what} cannot be loaded ({reason}). It needs matching releases of torch and torchaudio; "
                       f"torch {_version('torch')} and torchaudio {_version('torchaudio')} are installed. Reinstall "
                       "Tao's packages with `pip install -e .` in its folder.") from error


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(none)"
