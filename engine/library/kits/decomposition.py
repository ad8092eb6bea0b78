"""A decomposition as a value: kit, pattern and recording, with everything found out about them."""

from dataclasses import dataclass, field
from typing import Any

from engine.core.kit import Kit, SampleId
from engine.core.loop import Audio, Reading
from engine.core.pattern import Pattern
from engine.core.time_signature import Quarters


@dataclass(frozen=True, slots=True)
class HeardOnset:
    """A hit in the recording: seconds from its start, velocity and confidence 0..1."""

    time_s: float
    velocity: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where the recording came from. sha256 of the file, or of the audio if it was recorded here; made_from: the
    kit and loop that played, by name, if Tao recorded itself."""

    name: str
    sha256: str | None = None
    licence: str | None = None
    made_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AsPlayed:
    """What a kit that was played live has beyond one pattern at the loop's own tempo.

    slot: the pattern slot that is playing; stored_patterns: the patterns of all sixteen slots, None where one is empty
    and at `slot` itself, or () where there is one pattern alone; loop_beats: the loop's quarter notes, if the pattern
    has others; bpm: the tempo, if not the loop's own; downbeat_frames: how far into the recording the loop begins.
    """

    slot: int = 0
    stored_patterns: tuple[Pattern | None, ...] = ()
    loop_beats: Quarters | None = None
    bpm: float | None = None
    downbeat_frames: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class StoredDecomposition:
    """The content of a decomposition folder. All audio float32 (frames, 2) at `sample_rate`.

    recording: all of it, if `loop` is a part of it or begins elsewhere; readings: how it can be read, the first as it
    was. samples: every id that the kit names; stems, onsets and track_match by track name; made_by: which plugins
    and weights; unknown: keys of kit.json that this version does not know, at the top and by track name,
    to be written back unchanged. candidates, by track name: hits more likely false than real, which can be
    brought back; second_names: what else each track may be.
    """

    tempo_bpm: float
    sample_rate: int
    kit: Kit
    pattern: Pattern
    samples: dict[SampleId, Audio]
    loop: Audio
    residual: Audio | None = None
    match: float | None = None
    stems: dict[str, Audio] = field(default_factory=dict)
    onsets: dict[str, tuple[HeardOnset, ...]] = field(default_factory=dict)
    track_match: dict[str, float] = field(default_factory=dict)
    source: Source = Source("loop")
    made_by: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, Any] = field(default_factory=dict)
    unknown_of_track: dict[str, dict[str, Any]] = field(default_factory=dict)
    as_played: AsPlayed = AsPlayed()
    candidates: dict[str, tuple[HeardOnset, ...]] = field(default_factory=dict)
    second_names: dict[str, str] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    recording: Audio | None = None
