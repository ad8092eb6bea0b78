"""One-shots and the steps that strike them, lowered to arrays: which recording, how loud, how fast, how bright."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.kit import Kit, Layer, OneShot, SampleId
from engine.core.loop import Audio
from engine.core.pattern import MAX_STEPS, Step, Track
from engine.core.step import When
from engine.dsp import sampler as v
from engine.dsp import sequencer as q
from engine.dsp.layout import SOUNDS, STEPS, Memory

CHOKE_S = 0.002
HIGHEST_CUTOFF = 0.45  # of the sample rate
_WHEN = {When.ALWAYS: 0, When.FILL: q.IN_FILLS, When.NOT_FILL: q.OUTSIDE_FILLS}


class Sounds:
    """The sounds of one score slot, written as tracks ask for them."""

    def __init__(self, memory: Memory, slot: int, kit: Kit, bank: Mapping[SampleId, Audio], sample_rate: int) -> None:
        self._memory, self._slot, self._kit, self._bank, self._sample_rate = memory, slot, kit, bank, sample_rate
        self._places: dict[str, dict[float, tuple[int, int]]] = {}  # by name: threshold -> first sound, how many
        self._count = 0

    def lower_track(self, index: int, track: Track) -> None:
        """Write the sounds of the track at `index`, and its steps.

        Raises InvalidValue when a sample is missing, or the kit has more recordings than fit.
        """
        own = self._place(track.name)
        row = self._memory.track_ints[self._slot, index]
        row[v.T_SOUND], row[v.T_SOUNDS] = (min(own.values())[0] if own else v.NO_SOUND,
                                           sum(count for _, count in own.values()))
        step_floats = self._memory.step_floats[self._slot, index]
        step_floats[:, q.VELOCITY] = 0.0
        turns = [self._recordings(track.name, step) for step in track.steps]
        strokes: Counter[tuple[int, int]] = Counter()
        for place, (step, turn) in enumerate(zip(track.steps, turns, strict=True)):
            if step is not None:
                self._lower_step(index, place, step, turn, strokes[turn])
                strokes[turn] += step.ratchet
        for place, turn in enumerate(turns):
            self._memory.step_ints[self._slot, index, place, q.STROKES] = strokes[turn]

    def lower_audition(self, index: int, one_shot: OneShot) -> None:
        """Write a sound that no track has, for a pad at `index` alone."""
        places = self._written("audition", replace(one_shot, layers=()))
        row = self._memory.track_ints[self._slot, index]
        row[v.T_SOUND], row[v.T_SOUNDS] = places[0.0]

    def _lower_step(self, index: int, place: int, step: Step, turn: tuple[int, int], rank: int) -> None:
        own, rate = step.overrides, self._sample_rate
        ints = self._memory.step_ints[self._slot, index, place]
        ints[q.MICROTIMING], ints[q.NTH], ints[q.OF] = step.microtiming, *step.condition
        ints[q.RATCHET], ints[q.WHEN] = step.ratchet, _WHEN[step.when]
        ints[q.SOUND], ints[q.SOUNDS], ints[q.RANK] = *turn, rank
        ints[q.DECAY] = 0 if own.decay_s is None else max(1, round(own.decay_s * rate))
        floats = self._memory.step_floats[self._slot, index, place]
        floats[q.VELOCITY], floats[q.PROBABILITY] = step.velocity, step.probability
        floats[q.INCREMENT] = 0.0 if own.pitch_semitones is None else 2.0 ** (own.pitch_semitones / 12.0)
        floats[q.CUTOFF] = cutoff_of(own.cutoff_hz, rate)

    def _recordings(self, track: str, step: Step | None) -> tuple[int, int]:
        """The first sound, and how many take turns, where `step` strikes."""
        if step is None:
            return v.NO_SOUND, 0
        places = self._place(step.overrides.one_shot or track) or self._place(track)
        if not places:
            return v.NO_SOUND, 0
        return places[max(threshold for threshold in places if threshold <= step.velocity)]

    def _place(self, name: str) -> dict[float, tuple[int, int]]:
        if name not in self._places:
            one_shot = self._kit.one_shots.get(name)
            self._places[name] = {} if one_shot is None else self._written(name, one_shot)
        return self._places[name]

    def _written(self, name: str, one_shot: OneShot) -> dict[float, tuple[int, int]]:
        """Write every recording of a one-shot, the softest first."""
        places: dict[float, tuple[int, int]] = {}
        recordings = [Layer(one_shot.sample, one_shot.frames), *one_shot.layers]
        for layer in sorted(recordings, key=lambda layer: layer.velocity):
            if self._count == SOUNDS:
                raise InvalidValue(f"The kit {self._kit.name} has more than {SOUNDS} recordings; {name} is one too "
                                   "many. Leave some of its layers out.")
            first, count = places.get(layer.velocity, (self._count, 0))
            places[layer.velocity] = first, count + 1
            self._write(self._count, one_shot, layer)
            self._count += 1
        return places

    def _write(self, sound: int, one_shot: OneShot, layer: Layer) -> None:
        ints, floats = self._memory.sound_ints[self._slot, sound], self._memory.sound_floats[self._slot, sound]
        rate, gain = self._sample_rate, one_shot.gain * layer.gain
        ints[v.W_ADDRESS], ints[v.W_LENGTH] = address_of(self._bank, layer.sample, layer.frames), layer.frames
        ints[v.W_CHOKE] = -1 if one_shot.choke_group is None else one_shot.choke_group
        ints[v.W_ATTACK] = round(one_shot.attack_s * rate)
        ints[v.W_DECAY] = 0 if one_shot.decay_s is None else max(1, round(one_shot.decay_s * rate))
        ints[v.W_RAMP] = max(1, round(CHOKE_S * rate))
        floats[v.W_INCREMENT] = 2.0 ** (one_shot.pitch_semitones / 12.0)
        # balance, not equal power: a centred drum keeps its level, so a kit in the middle sums to the recording
        floats[v.W_LEFT] = gain * min(1.0, 1.0 - one_shot.pan)
        floats[v.W_RIGHT] = gain * min(1.0, 1.0 + one_shot.pan)
        floats[v.W_CUTOFF], floats[v.W_VELOCITY] = cutoff_of(one_shot.cutoff_hz, rate), layer.velocity


def cutoff_of(cutoff_hz: float | None, sample_rate: int) -> float:
    """The filter's coefficient, tan(pi * cutoff / rate); 0 for none."""
    if cutoff_hz is None:
        return 0.0
    return math.tan(math.pi * min(cutoff_hz / sample_rate, HIGHEST_CUTOFF))


def address_of(bank: Mapping[SampleId, Audio], sample: SampleId, frames: int) -> int:
    """Where the audio lies. Compiled code reads it unchecked, so this is where it is checked.

    Raises InvalidValue when it is not in the bank, or shorter than `frames`.
    """
    audio = bank.get(sample)
    if audio is None or len(audio) < frames:
        raise InvalidValue(f"The sample {sample} is missing, or shorter than announced; load its kit or loop again.")
    if audio.dtype != np.float32 or audio.ndim != 2 or audio.shape[1] != 2 or not audio.flags.c_contiguous:
        raise InvalidValue(f"The sample {sample} is not float32 stereo; load its kit or loop again.")
    return int(audio.ctypes.data)


assert STEPS == MAX_STEPS
