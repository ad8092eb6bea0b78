"""kit.json, schema `tao.kit/1`, to values and back. docs/formats.md describes every key.

A track may have its own resolution, length, swing and sound, and a step its probability, condition, ratchet, fill and
overrides; a reader that ignores these still gets the loop as it was heard. A kit that was played live also has the
patterns of its other slots, and the sounds that no track of the pattern triggers.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from engine.core.errors import InvalidValue, UnreadableKit
from engine.core.kit import Layer, OneShot, gm_note
from engine.core.loop import Reading
from engine.core.machine import PATTERN_SLOTS
from engine.core.pattern import MAX_STEPS, Pattern, Step, Track
from engine.core.step import Overrides, When
from engine.core.time_signature import UNITS, Quarters, bar_quarters, whole_or_half
from engine.core.timeline import MAX_BPM, MIN_BPM, PPQN, Ticks
from engine.library.kits.decomposition import AsPlayed, HeardOnset, Source, StoredDecomposition

SCHEMA = "tao.kit/1"
MAX_KIT_BYTES = 16_000_000
LATEST_ONSET_S, SLACK = 24 * 3600, 1e-3
KEYS = frozenset({"schema", "tempo_bpm", "meter", "bars", "beats", "steps_per_beat", "swing", "length_s",
                  "sample_rate", "match", "source", "made_by", "tracks", "name", "sounds", "slot", "patterns",
                  "loop_beats", "played_bpm", "downbeat_frames", "candidates", "readings", "recording"})
TRACK_KEYS = frozenset({"name", "midi_note", "choke_group", "match", "oneshot", "stem", "onsets",
                        "steps", "steps_per_beat", "length", "swing", "gain", "pan", "pitch_semitones",
                        "attack_s", "decay_s", "cutoff_hz", "layers", "second_name"})
SOUND_KEYS = ("gain", "pan", "pitch_semitones", "attack_s", "decay_s", "cutoff_hz")
OVERRIDE_KEYS = ("pitch_semitones", "decay_s", "cutoff_hz", "one_shot")


def to_json(stored: StoredDecomposition) -> dict[str, Any]:
    """The document for a decomposition; unknown keys are put back."""
    pattern, bpm = stored.pattern, stored.tempo_bpm
    return {**stored.unknown, "schema": SCHEMA, "name": stored.kit.name, "tempo_bpm": bpm, **_pattern_to_json(pattern),
            "bars": _whole(pattern.beats / pattern.beats_per_bar),
            "length_s": len(stored.loop) / stored.sample_rate, "sample_rate": stored.sample_rate,
            "match": stored.match, "source": asdict(stored.source), "made_by": stored.made_by,
            "readings": [_reading_to_json(reading) for reading in stored.readings],
            "tracks": [_track_to_json(stored, track) for track in pattern.tracks], **_candidates_to_json(stored),
            **_as_played_to_json(stored)}


def pattern_from_json(document: dict[str, Any]) -> Pattern:
    """The pattern that plays, in a document. Raises UnreadableKit when it holds none that can be played."""
    with _explained("holds no pattern that can be played"):
        return _pattern_from_json(document, float(document["tempo_bpm"]))


def as_played_from_json(document: dict[str, Any], pattern: Pattern) -> AsPlayed:
    """What a kit played live has beyond its pattern. Raises UnreadableKit when that cannot be."""
    with _explained("holds patterns that cannot be played"):
        slot = int(document.get("slot", 1)) - 1
        slots: list[Pattern | None] = [None] * PATTERN_SLOTS
        for entry in document.get("patterns") or []:
            place = int(entry["slot"]) - 1
            if not 0 <= place < PATTERN_SLOTS or place == slot or slots[place] is not None:
                raise InvalidValue(f"each pattern has a slot of its own, 1 to {PATTERN_SLOTS}, and one has {place + 1}")
            slots[place] = _pattern_from_json(entry, float(document["tempo_bpm"]))
        bpm, beats = document.get("played_bpm"), whole_or_half(document.get("loop_beats", pattern.beats))
        if not 0 <= slot < PATTERN_SLOTS or beats < 1 or not (bpm is None or MIN_BPM <= bpm <= MAX_BPM):
            raise InvalidValue("its slot, loop_beats or played_bpm is out of range")
        return AsPlayed(slot, tuple(slots) if "slot" in document else (), None if beats == pattern.beats else beats,
                        None if bpm is None else float(bpm), int(document.get("downbeat_frames", 0)))


def readings_from_json(document: dict[str, Any]) -> tuple[Reading, ...]:
    """How the recording can be read. Raises UnreadableKit when one of them cannot be."""
    with _explained("holds an impossible reading"):
        return tuple(_reading_from_json(entry) for entry in document.get("readings") or [])


def layers_of(track: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers of a track, one dict each, `oneshot` its file. Raises UnreadableKit when they are not a list."""
    layers = track.get("layers") or []
    if not isinstance(layers, list) or not all(isinstance(layer, dict | str) for layer in layers):
        raise UnreadableKit(f"kit.json gives {track['name']} unusable layers; each names a file as its oneshot.")
    return [{"oneshot": layer} if isinstance(layer, str) else layer for layer in layers]


def layer_from_json(layer: dict[str, Any], sample: str, frames: int) -> Layer:
    """A layer. Raises UnreadableKit when its numbers are out of range."""
    try:
        return Layer(sample, frames, float(layer.get("velocity", 0.0)), float(layer.get("gain", 1.0)))
    except (TypeError, ValueError) as error:
        raise UnreadableKit(f"kit.json has an impossible layer: {_reason(error)}.") from error


def one_shot_from_json(track: dict[str, Any], sample: str, frames: int, layers: tuple[Layer, ...] = ()) -> OneShot:
    """The sound of a track. Raises UnreadableKit when its numbers are out of range."""
    try:
        group, decay_s, cutoff_hz = track.get("choke_group"), track.get("decay_s"), track.get("cutoff_hz")
        return OneShot(sample, frames, gain=float(track.get("gain", 1.0)), pan=float(track.get("pan", 0.0)),
                       pitch_semitones=float(track.get("pitch_semitones", 0.0)),
                       attack_s=float(track.get("attack_s", 0.0)),
                       decay_s=None if decay_s is None else float(decay_s),
                       choke_group=None if group is None else int(group),
                       midi_note=int(track.get("midi_note", gm_note(track["name"]))),
                       cutoff_hz=None if cutoff_hz is None else float(cutoff_hz), layers=layers)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableKit(f"kit.json gives {track['name']} an impossible sound: {_reason(error)}.") from error


def onsets_from_json(track: dict[str, Any]) -> tuple[HeardOnset, ...]:
    """The hits heard of a track, by time. Raises UnreadableKit when one has no time."""
    try:
        onsets = tuple(HeardOnset(float(onset["time_s"]), float(onset.get("velocity", 1.0)),
                                  float(onset.get("confidence", 1.0))) for onset in track.get("onsets") or [])
        for onset in onsets:
            if not (abs(onset.time_s) <= LATEST_ONSET_S and min(onset.velocity, onset.confidence) >= -SLACK
                    and max(onset.velocity, onset.confidence) <= 1.0 + SLACK):
                raise InvalidValue("its time lies in the loop, its velocity and confidence in 0..1")
        return onsets
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableKit(f"kit.json has an impossible onset of {track['name']}: {_reason(error)}.") from error


def candidates_from_json(document: dict[str, Any]) -> dict[str, tuple[HeardOnset, ...]]:
    """The hits that were left out, by track. Raises UnreadableKit when one has no time."""
    found: dict[str, list[dict[str, Any]]] = {}
    for hit in document.get("candidates") or []:
        found.setdefault(hit["track"], []).append(hit)
    return {track: onsets_from_json({"name": track, "onsets": hits}) for track, hits in found.items()}


def unknown_of(track: dict[str, Any]) -> dict[str, Any]:
    """The keys of a track that this version does not know, to be written back."""
    return {key: value for key, value in track.items() if key not in TRACK_KEYS}


def source_from_json(document: dict[str, Any]) -> Source:
    """Where the recording came from, as far as the document says."""
    source = document.get("source")
    known = source if isinstance(source, dict) else {}
    return Source(str(known.get("name", "loop")), known.get("sha256"), known.get("licence"),
                  tuple(str(name) for name in known.get("made_from") or ()))


def _pattern_to_json(pattern: Pattern) -> dict[str, Any]:
    return {"meter": list(pattern.time_signature), "beats": pattern.beats,
            "steps_per_beat": pattern.tracks[0].steps_per_beat, "swing": pattern.swing}


def _candidates_to_json(stored: StoredDecomposition) -> dict[str, Any]:
    hits = [{"track": track, **asdict(onset)} for track, onsets in stored.candidates.items() for onset in onsets]
    return {"candidates": sorted(hits, key=lambda hit: float(hit["time_s"]))} if hits else {}


def _reading_to_json(reading: Reading) -> dict[str, Any]:
    return {"bpm": reading.bpm, "beats": reading.beats, "meter": list(reading.time_signature),
            "first_beat_s": reading.first_beat_s, "cut_s": list(reading.cut_s), "confidence": reading.confidence}


def _reading_from_json(entry: dict[str, Any]) -> Reading:
    over, under = entry.get("meter", (4, 4))
    start_s, end_s = entry.get("cut_s", (0.0, 0.0))
    return Reading(whole_or_half(entry["beats"]), float(entry["bpm"]), float(entry.get("confidence", 1.0)),
                   (int(over), int(under)), float(entry.get("first_beat_s", 0.0)), (float(start_s), float(end_s)))


def _as_played_to_json(stored: StoredDecomposition) -> dict[str, Any]:
    """The keys that only a kit played live has."""
    played, bpm = stored.as_played, stored.tempo_bpm
    written: dict[str, Any] = {}
    playing = {track.name for track in stored.pattern.tracks}
    if others := [name for name in stored.kit.one_shots if name not in playing]:
        written["sounds"] = [_sound_to_json(stored, name) for name in others]
    if played.stored_patterns:
        written["slot"] = played.slot + 1
        written["patterns"] = [
            {"slot": slot, **_pattern_to_json(pattern),
             "tracks": [{"name": track.name, **_steps_to_json(pattern, track, bpm)} for track in pattern.tracks]}
            for slot, pattern in enumerate(played.stored_patterns, 1) if pattern is not None]
    if played.loop_beats is not None:
        written["loop_beats"] = played.loop_beats
    if played.bpm is not None:
        written["played_bpm"] = played.bpm
    if played.downbeat_frames:
        written["downbeat_frames"] = played.downbeat_frames
    return written


def _track_to_json(stored: StoredDecomposition, track: Track) -> dict[str, Any]:
    return {**_sound_to_json(stored, track.name), **_steps_to_json(stored.pattern, track, stored.tempo_bpm)}


def _steps_to_json(pattern: Pattern, track: Track, bpm: float) -> dict[str, Any]:
    """A track as it is played."""
    written: dict[str, Any] = {"steps": [_step_to_json(index, step, bpm)
                                         for index, step in enumerate(track.steps) if step is not None]}
    if track.steps_per_beat != pattern.tracks[0].steps_per_beat:
        written["steps_per_beat"] = track.steps_per_beat
    if len(track.steps) != pattern.beats * track.steps_per_beat:
        written["length"] = len(track.steps)
    if track.swing is not None:
        written["swing"] = track.swing
    return written


def _sound_to_json(stored: StoredDecomposition, name: str) -> dict[str, Any]:
    """A track as it sounds, and what was heard of it."""
    shot = stored.kit.one_shots.get(name)
    written: dict[str, Any] = {
        **stored.unknown_of_track.get(name, {}), "name": name,
        "midi_note": shot.midi_note if shot else gm_note(name),
        "layers": [{"velocity": layer.velocity, "gain": layer.gain} for layer in (shot.layers if shot else ())],
        "choke_group": shot.choke_group if shot else None, "match": stored.track_match.get(name),
        "onsets": [asdict(onset) for onset in stored.onsets.get(name, ())]}
    if name in stored.second_names:
        written["second_name"] = stored.second_names[name]
    plain = OneShot("plain", 1)
    for key in SOUND_KEYS:
        if shot is not None and getattr(shot, key) != getattr(plain, key):
            written[key] = getattr(shot, key)
    return written


def _step_to_json(index: int, step: Step, bpm: float) -> dict[str, Any]:
    written: dict[str, Any] = {"index": index, "velocity": step.velocity,
                               "offset_s": step.microtiming * 60.0 / (bpm * PPQN), "confidence": step.confidence}
    if step.probability != 1.0:
        written["probability"] = step.probability
    if step.condition != (1, 1):
        written["condition"] = list(step.condition)
    if step.ratchet != 1:
        written["ratchet"] = step.ratchet
    if step.when is not When.ALWAYS:
        written["when"] = step.when.value
    own = ((key, getattr(step.overrides, key)) for key in OVERRIDE_KEYS)
    return {**written, **{key: value for key, value in own if value is not None}}


def _pattern_from_json(document: dict[str, Any], bpm: float) -> Pattern:
    """A pattern, from the whole document or from one of its other patterns."""
    over, under = (int(part) for part in document.get("meter", (4, 4)))
    unit = under if under in UNITS else 4      # older versions ignored it
    per_bar = bar_quarters((over, unit))
    beats = whole_or_half(document.get("beats", round(2 * float(document.get("bars", 1)) * per_bar) / 2))
    steps_per_beat = int(document.get("steps_per_beat", 4))
    tracks = tuple(_track_from_json(track, bpm, beats, steps_per_beat) for track in document["tracks"])
    return Pattern(tracks, beats, float(document.get("swing", 0.5)), per_bar, unit)


def _track_from_json(track: dict[str, Any], bpm: float, beats: Quarters, steps_per_beat: int) -> Track:
    own = int(track.get("steps_per_beat", steps_per_beat))
    length = int(track.get("length", beats * own))
    if not 1 <= length <= MAX_STEPS:
        raise InvalidValue(f"a track has 1 to {MAX_STEPS} steps, and {track['name']} would have {length}")
    steps: list[Step | None] = [None] * length
    for step in track.get("steps") or []:
        index = int(step["index"])
        if not 0 <= index < len(steps):
            raise InvalidValue(f"{track['name']} has steps 0 to {len(steps) - 1}, and one at {index}")
        ticks = Ticks(round(float(step.get("offset_s", 0.0)) * bpm * PPQN / 60.0))
        nth, of = step.get("condition", (1, 1))
        steps[index] = Step(float(step["velocity"]), ticks, float(step.get("probability", 1.0)),
                            (int(nth), int(of)), int(step.get("ratchet", 1)), float(step.get("confidence", 1.0)),
                            When(step.get("when", "always")), _overrides_from_json(step))
    swing = track.get("swing")
    return Track(str(track["name"]), tuple(steps), own, None if swing is None else float(swing))


def _overrides_from_json(step: dict[str, Any]) -> Overrides:
    numbers = {key: None if step.get(key) is None else float(step[key]) for key in OVERRIDE_KEYS[:3]}
    return Overrides(**numbers, one_shot=None if step.get("one_shot") is None else str(step["one_shot"]))


@contextlib.contextmanager
def _explained(fault: str) -> Iterator[None]:
    """Turn what a document's values raise into one sentence."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError) as error:
        raise UnreadableKit(f"kit.json {fault}: {_reason(error)}.") from error


def _whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _reason(error: Exception) -> str:
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
