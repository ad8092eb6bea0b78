"""One-shots and the steps that trigger them, lowered to a score: which recording, how loud, how fast, how bright."""

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
from engine.dsp.layout import SOUNDS, STEPS
from engine.dsp.sequencer import IN_FILLS, OUTSIDE_FILLS
from engine.dsp.voices import NO_SOUND

CHOKE_S = 0.002
HIGHEST_CUTOFF = 0.45  # of the sample rate
_WHEN = {When.ALWAYS: 0, When.FILL: IN_FILLS, When.NOT_FILL: OUTSIDE_FILLS}


class Sounds:
    """The sounds of one score, written as tracks ask for them."""

    def __init__(self, score: np.void, kit: Kit, bank: Mapping[SampleId, Audio], sample_rate: int) -> None:
        self._sounds, self._kit, self._bank, self._sample_rate = score["sounds"], kit, bank, sample_rate
        self._places: dict[str, dict[float, tuple[int, int]]] = {}  # by name: threshold -> first sound, how many
        self._count = 0

    def lower_track(self, row: np.void, track: Track) -> None:
        """Write the track's sounds, and its steps into `row`, its record in the score.

        Raises InvalidValue when a sample is missing, or the kit has more recordings than fit.
        """
        own = self._place(track.name)
        row["sound"] = min(own.values())[0] if own else NO_SOUND
        row["sounds"] = sum(count for _, count in own.values())
        steps = row["steps"]
        steps["velocity"] = 0.0
        turns = [self._recordings(track.name, step) for step in track.steps]
        strokes: Counter[tuple[int, int]] = Counter()
        for place, (step, turn) in enumerate(zip(track.steps, turns, strict=True)):
            if step is not None:
                self._lower_step(steps[place], step, turn, strokes[turn])
                strokes[turn] += step.ratchet
        steps["strokes"][: len(turns)] = [strokes[turn] for turn in turns]

    def lower_audition(self, row: np.void, one_shot: OneShot) -> None:
        """Write a sound that no track has, for a pad at `row` alone."""
        places = self._written("audition", replace(one_shot, layers=()))
        row["sound"], row["sounds"] = places[0.0]

    def _lower_step(self, row: np.void, step: Step, turn: tuple[int, int], rank: int) -> None:
        own, rate = step.overrides, self._sample_rate
        row["microtiming"], row["nth"], row["of"] = step.microtiming, *step.condition
        row["ratchet"], row["when"] = step.ratchet, _WHEN[step.when]
        row["sound"], row["sounds"], row["rank"] = *turn, rank
        row["velocity"], row["probability"] = step.velocity, step.probability
        row["decay"] = 0 if own.decay_s is None else max(1, round(own.decay_s * rate))
        row["increment"] = 0.0 if own.pitch_semitones is None else 2.0 ** (own.pitch_semitones / 12.0)
        row["cutoff"] = cutoff_of(own.cutoff_hz, rate)

    def _recordings(self, track: str, step: Step | None) -> tuple[int, int]:
        """The first sound, and how many take turns, where `step` triggers."""
        if step is None:
            return NO_SOUND, 0
        places = self._place(step.overrides.one_shot or track) or self._place(track)
        if not places:
            return NO_SOUND, 0
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
            self._write(self._sounds[self._count], one_shot, layer)
            self._count += 1
        return places

    def _write(self, row: np.void, one_shot: OneShot, layer: Layer) -> None:
        rate, gain = self._sample_rate, one_shot.gain * layer.gain
        row["audio"] = (address_of(self._bank, layer.sample, layer.frames), layer.frames)
        row["choke_group"] = -1 if one_shot.choke_group is None else one_shot.choke_group
        row["attack"] = round(one_shot.attack_s * rate)
        row["decay"] = 0 if one_shot.decay_s is None else max(1, round(one_shot.decay_s * rate))
        row["ramp"] = max(1, round(CHOKE_S * rate))
        row["increment"] = 2.0 ** (one_shot.pitch_semitones / 12.0)
        # balance, not equal power: a centred drum keeps its level, so a kit in the middle sums to the recording
        row["gain"] = gain * min(1.0, 1.0 - one_shot.pan), gain * min(1.0, 1.0 + one_shot.pan)
        row["cutoff"], row["velocity"] = cutoff_of(one_shot.cutoff_hz, rate), layer.velocity


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
        raise InvalidValue(f"The sample {sample} is missing or incomplete; load its kit or loop again.")
    if audio.dtype != np.float32 or audio.ndim != 2 or audio.shape[1] != 2 or not audio.flags.c_contiguous:
        raise InvalidValue(f"The sample {sample} is not float32 stereo; load its kit or loop again.")
    return int(audio.ctypes.data)


assert STEPS == MAX_STEPS
