"""The shape of a kit.json: the type of each key, and how large it may be. What the values mean is for `kit_json`."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from engine.core.errors import UnreadableKit
from engine.core.kit import MAX_LAYERS, MAX_ONE_SHOTS
from engine.core.machine import PATTERN_SLOTS
from engine.core.names import MAX_NAME, readable
from engine.core.pattern import MAX_STEPS, MAX_TRACKS

Name = Annotated[str, Meta(max_length=MAX_NAME, pattern="^[^\0]*$")]
Path = Annotated[str, Meta(max_length=1024, pattern="^[^\0]*$")]
Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
Whole = Annotated[int, Meta(ge=-(1 << 40), le=1 << 40)]
Tempo = Annotated[float, Meta(ge=0.01, le=1e5)]
MOST_ONSETS = 100_000
MOST_READINGS = 16
WORDS = {"str": "a text", "int": "a whole number", "float": "a number", "array": "a list", "object": "a table",
         "bool": "true or false", "null": "null"}


class StepShape(Struct):
    """One step."""

    index: Whole
    velocity: Number
    offset_s: Number = 0.0
    confidence: Number = 0.0
    probability: Number = 0.0
    condition: tuple[Whole, Whole] = (1, 1)
    ratchet: Whole = 0
    when: Name = ""
    pitch_semitones: Number | None = None
    decay_s: Number | None = None
    cutoff_hz: Number | None = None
    one_shot: Name | None = None


class OnsetShape(Struct):
    """One hit that was heard."""

    time_s: Number
    velocity: Number = 0.0
    confidence: Number = 0.0


class CandidateShape(Struct):
    """One hit that was left out."""

    track: Name
    time_s: Number
    velocity: Number = 0.0
    confidence: Number = 0.0


class LayerShape(Struct):
    """One layer; one that is just a path is a text."""

    oneshot: Path
    velocity: Number = 0.0
    gain: Number = 0.0


class TrackShape(Struct):
    """One track."""

    name: Name
    steps: Annotated[list[StepShape], Meta(max_length=MAX_STEPS)] | None = None
    steps_per_beat: Whole = 0
    length: Whole = 0
    swing: Number | None = None
    oneshot: Path | None = None
    stem: Path | None = None
    match: Number | None = None
    onsets: Annotated[list[OnsetShape], Meta(max_length=MOST_ONSETS)] | None = None
    layers: Annotated[list[LayerShape | Path], Meta(max_length=MAX_LAYERS)] | None = None
    choke_group: Whole | None = None
    midi_note: Whole = 0
    gain: Number = 0.0
    pan: Number = 0.0
    pitch_semitones: Number = 0.0
    attack_s: Number = 0.0
    decay_s: Number | None = None
    cutoff_hz: Number | None = None
    second_name: Name | None = None


class PatternShape(Struct):
    """The pattern of another slot."""

    slot: Whole
    tracks: Annotated[list[TrackShape], Meta(max_length=MAX_TRACKS)]
    meter: tuple[Whole, Whole] = (1, 1)
    beats: Number = 0
    steps_per_beat: Whole = 0
    swing: Number = 0.0


class ReadingShape(Struct):
    """One way to read the recording."""

    bpm: Tempo
    beats: Number
    meter: tuple[Whole, Whole] = (1, 1)
    first_beat_s: Number = 0.0
    cut_s: tuple[Number, Number] = (0.0, 0.0)
    confidence: Number = 0.0


class SourceShape(Struct):
    """Where the recording came from."""

    name: Name = ""
    sha256: Name | None = None
    licence: Name | None = None
    made_from: Annotated[list[Name], Meta(max_length=64)] | None = None


class KitShape(Struct):
    """The whole document."""

    schema: Name
    tempo_bpm: Tempo
    tracks: Annotated[list[TrackShape], Meta(max_length=MAX_TRACKS)]
    name: Name = ""
    meter: tuple[Whole, Whole] = (1, 1)
    bars: Number = 0.0
    beats: Number = 0
    steps_per_beat: Whole = 0
    swing: Number = 0.0
    length_s: Number | None = None
    sample_rate: Number | None = None
    match: Number | None = None
    source: SourceShape | None = None
    made_by: dict[Name, Any] | None = None
    sounds: Annotated[list[TrackShape], Meta(max_length=MAX_ONE_SHOTS)] | None = None
    slot: Whole = 0
    patterns: Annotated[list[PatternShape], Meta(max_length=PATTERN_SLOTS)] | None = None
    loop_beats: Number = 0
    readings: Annotated[list[ReadingShape], Meta(max_length=MOST_READINGS)] | None = None
    recording: Path | None = None
    played_bpm: Number | None = None
    downbeat_frames: Whole = 0
    candidates: Annotated[list[CandidateShape], Meta(max_length=MOST_ONSETS)] | None = None


def document_of(data: bytes, where: str) -> dict[str, Any]:
    """A kit.json as plain values, all of the right type. Raises UnreadableKit, naming the key and the file `where`."""
    try:
        document = msgspec.json.decode(data)
        msgspec.convert(document, KitShape)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableKit(f"{where} cannot be used: {_in_words(str(error))}.") from None
    return dict(document)


def _in_words(reason: str) -> str:
    """msgspec's reason as a sentence, as in "tracks[0].name is a whole number, but a text belongs there"."""
    reason, _, key = readable(reason, 300).rstrip(".").partition(" - at `$.")
    key = key.rstrip("`")
    if long := re.fullmatch(r"Expected `\w+` of length <= (\d+)", reason):
        return f"{key} has more than {long[1]} letters or entries"
    found = re.fullmatch(r"Expected `(.+)`, got `(.+)`", reason)
    if found and key:
        wanted, got = (" or ".join(WORDS.get(word, word) for word in part.split(" | ")) for part in found.groups())
        return f"{key} is {got}, but {wanted} belongs there"
    return f"{key}: {reason[:1].lower()}{reason[1:]}" if key else reason
