"""A kit from what other samplers call regions, layers or files: recordings with velocities, turns and levels."""

from dataclasses import dataclass, field, replace
from typing import Any

from engine.core.errors import InvalidValue, UnreadableKit
from engine.core.kit import MAX_LAYERS, Kit, Layer, OneShot, SampleId, gm_note, sample_id
from engine.core.loop import Audio
from engine.library.importers.drums import (
    drum_of_name,
    drum_of_note,
    drum_of_sound,
    kept,
    left_out,
    says_nothing,
    track_names,
)
from engine.library.importing import Imported, at_one_rate


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of a drum: its key among the sounds, the softest velocity (0..1) that plays it, its linear gain."""

    file: str
    velocity: float = 0.0
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Drum:
    """A drum of another program: its name there, its recordings (those of one velocity take turns), and the values of
    `OneShot` that it sets. envelope times are in seconds already."""

    name: str
    recordings: tuple[Recording, ...]
    note: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


def kit_of(name: str, drums: list[Drum], sounds: dict[str, tuple[Audio, int]],
           remarks: tuple[str, ...] = ()) -> Imported:
    """The kit of these drums, whose recordings are among `sounds`. Raises UnreadableKit when there is none."""
    drums = [drum for drum in drums if drum.recordings]
    if not drums:
        raise UnreadableKit(f"{name} names no sounds that can be read.")
    audio, rate = at_one_rate(sounds)
    names = track_names((drum.name, _drum(drum, audio, rate)) for drum in drums)
    chosen = kept(names)
    shots: dict[str, OneShot] = {}
    samples: dict[SampleId, Audio] = {}
    for track, drum in zip(names, drums, strict=True):
        if track in chosen:
            shots[track] = _one_shot(track, drum, audio, samples)
    return Imported(name, Kit(name, shots), samples, rate, remarks=remarks + left_out(names, chosen))


def _drum(drum: Drum, audio: dict[str, Audio], rate: int) -> str | None:
    """What it is: by its name, else by its note, else, if it has no note and its name says nothing, by its sound."""
    found = drum_of_name(drum.name) or (None if drum.note is None else drum_of_note(drum.note))
    if found is None and drum.note is None and says_nothing(drum.name):
        return drum_of_sound(audio[drum.recordings[0].file], rate)
    return found


def _one_shot(track: str, drum: Drum, audio: dict[str, Audio], samples: dict[SampleId, Audio]) -> OneShot:
    recordings = sorted(drum.recordings, key=lambda recording: recording.velocity)[: MAX_LAYERS + 1]
    ids = []
    for recording in recordings:
        ids.append(sample_id(audio[recording.file]))
        samples[ids[-1]] = audio[recording.file]
    base = recordings[0]
    level = base.gain or 1.0
    note = gm_note(track) if drum.note is None else drum.note
    try:
        layers = tuple(Layer(ids[at], len(samples[ids[at]]), recording.velocity, min(64.0, recording.gain / level))
                       for at, recording in enumerate(recordings) if at > 0)
        shot = OneShot(ids[0], len(samples[ids[0]]), min(16.0, base.gain), midi_note=note, layers=layers)
        return replace(shot, **drum.values)
    except InvalidValue as problem:
        raise UnreadableKit(f"{drum.name} cannot be played: {problem}") from None
