"""What sounds: one one-shot per track. The audio itself is kept in the sample bank and known here by its id."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.names import check_name

SampleId = str
GM_NOTES = {"kick": 36, "snare": 38, "tom": 45, "hihat": 42, "ride": 51, "crash": 49}
HIHAT_CHOKE_GROUP = 1
OTHER_NOTE = 60  # of `perc 1`, `perc 2` the next ...
MAX_LAYERS = 32
MAX_ONE_SHOTS = 128
MAX_SAMPLE_FRAMES = 1 << 28  # five minutes at the highest sample rate
MAX_CHOKE_GROUP = 15


def sample_id(audio: np.ndarray) -> SampleId:
    """The id of float32 stereo audio (frames, 2) at the engine's rate: sixteen hex digits of its SHA-256, so the same
    audio has the same id everywhere."""
    return hashlib.sha256(np.ascontiguousarray(audio, np.float32).data).hexdigest()[:16]


def check_sample(sample: SampleId, frames: int, of_what: str) -> None:
    """Raise InvalidValue unless a recording can have this id and length."""
    check_name(sample, "A sample")
    if not 1 <= frames <= MAX_SAMPLE_FRAMES:
        raise InvalidValue(f"{of_what} has 1 to {MAX_SAMPLE_FRAMES} frames of audio; {frames} were given.")


def gm_note(role: str, otherwise: int = OTHER_NOTE) -> int:
    """The General MIDI note of a drum by its name; of `perc N` the Nth from 60 on; of any other name `otherwise`."""
    kind, _, number = role.partition(" ")
    if kind == "perc" and number.isdecimal():
        return min(127, OTHER_NOTE + max(1, int(number)) - 1)
    return GM_NOTES.get(role, otherwise)


def choke_group_of(role: str) -> int | None:
    """The default choke group of a drum: hi-hats cut each other."""
    return HIHAT_CHOKE_GROUP if role == "hihat" else None


@dataclass(frozen=True, slots=True)
class Layer:
    """Another recording of the same drum, for hits of `velocity` (0..1) and harder; those of one velocity take turns
    (round robin). gain linear, on top of the one-shot's own: a hit of velocity v sounds at v * gain."""

    sample: SampleId
    frames: int
    velocity: float = 0.0
    gain: float = 1.0

    def __post_init__(self) -> None:
        check_sample(self.sample, self.frames, "A layer")
        if not 0.0 <= self.velocity <= 1.0 or not 0.0 <= self.gain <= 64.0:
            raise InvalidValue(f"A layer's velocity lies in 0..1 and its gain in 0..64; {self.velocity} and "
                               f"{self.gain} were given.")


@dataclass(frozen=True, slots=True)
class OneShot:
    """One hit, float32 stereo at the engine's rate, found in the bank by `sample`.

    gain linear; pan -1 left .. 1 right; pitch_semitones -24..24; attack_s: length of the fade-in; decay_s: length of
    the linear fade-out, None to ring to the end; voices of one choke_group cut each other; cutoff_hz of a low-pass,
    20..20000, None for no filter. layers: recordings at other velocities; `sample` itself is the one from velocity 0.
    """

    sample: SampleId
    frames: int
    gain: float = 1.0
    pan: float = 0.0
    pitch_semitones: float = 0.0
    attack_s: float = 0.0
    decay_s: float | None = None
    choke_group: int | None = None
    midi_note: int = 60
    cutoff_hz: float | None = None
    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        check_sample(self.sample, self.frames, "A one-shot")
        if not 0.0 <= self.gain <= 16.0 or not -1.0 <= self.pan <= 1.0:
            raise InvalidValue(f"Gain lies in 0..16 and pan in -1..1; {self.gain} and {self.pan} were given.")
        if not -24.0 <= self.pitch_semitones <= 24.0:
            raise InvalidValue(f"Pitch lies within two octaves; {self.pitch_semitones} semitones were asked for.")
        if not 0.0 <= self.attack_s <= 60.0 or not (self.decay_s is None or 0.0 < self.decay_s <= 60.0):
            raise InvalidValue("An envelope's times are positive and at most a minute.")
        if self.cutoff_hz is not None and not 20.0 <= self.cutoff_hz <= 20000.0:
            raise InvalidValue(f"A filter's cutoff lies between 20 and 20000 Hz; {self.cutoff_hz:g} was asked for.")
        if self.choke_group is not None and not 0 <= self.choke_group <= MAX_CHOKE_GROUP:
            raise InvalidValue(f"The choke groups are 0 to {MAX_CHOKE_GROUP}; {self.choke_group} was asked for.")
        if not 0 <= self.midi_note <= 127:
            raise InvalidValue(f"MIDI notes are 0 to 127; {self.midi_note} was asked for.")
        if len(self.layers) > MAX_LAYERS:
            raise InvalidValue(f"A one-shot has at most {MAX_LAYERS} layers; {len(self.layers)} were given.")

    def recordings(self, velocity: float) -> tuple[Layer, ...]:
        """The recordings that take turns at hits of `velocity`: the hardest ones it reaches."""
        every = (Layer(self.sample, self.frames), *self.layers)
        reached = max(layer.velocity for layer in every if layer.velocity <= max(0.0, velocity))
        return tuple(layer for layer in every if layer.velocity == reached)

    @property
    def zones(self) -> tuple[tuple[float, float, tuple[Layer, ...]], ...]:
        """Its recordings by velocity: (from, up to, those that take turns in between). Together they cover 0..1."""
        starts = sorted({0.0, *(layer.velocity for layer in self.layers)})
        ends = [*starts[1:], 1.0]
        return tuple((start, end, self.recordings(start)) for start, end in zip(starts, ends, strict=True))

    @property
    def samples(self) -> tuple[SampleId, ...]:
        """The ids of all its recordings."""
        return (self.sample, *(layer.sample for layer in self.layers))


@dataclass(frozen=True, slots=True)
class Kit:
    """The one-shots by track name; a track without one is silent. Read-only by agreement."""

    name: str
    one_shots: dict[str, OneShot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name(self.name, "A kit")
        if len(self.one_shots) > MAX_ONE_SHOTS:
            raise InvalidValue(f"A kit has at most {MAX_ONE_SHOTS} one-shots; {len(self.one_shots)} were given.")
        for name in self.one_shots:
            check_name(name, "A one-shot")
