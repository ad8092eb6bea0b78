"""A Machine lowered to arrays: all that the audio thread must know, in one slot of its memory."""

import zlib
from collections.abc import Mapping

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.groove import swing_ticks
from engine.core.kit import OneShot, SampleId
from engine.core.loop import Audio
from engine.core.machine import Listen, Machine
from engine.core.pattern import Track
from engine.core.timeline import PPQN
from engine.dsp import sampler as v
from engine.dsp import sequencer as q
from engine.dsp.memory import SCORE_SLOTS, STEPS, Memory
from engine.dsp.ring import CANCEL, SCORE, Done, Record, RingFull
from engine.dsp.wiring import lower_midi

CHOKE_S = 0.002
RAMP_S = 0.005
# gains of kit, recording and residual
_GAINS = {Listen.ORIGINAL: (0.0, 1.0, 0.0), Listen.KIT_AND_RESIDUAL: (1.0, 0.0, 1.0), Listen.KIT: (1.0, 0.0, 0.0)}


def lower(memory: Memory, slot: int, machine: Machine, bank: Mapping[SampleId, Audio]) -> None:
    """Write `machine` into score `slot`, which nothing may be using. bank: float32 (frames, 2), C-contiguous.

    Raises InvalidValue when a sample of the machine's is not in the bank, or shorter than announced.
    """
    timeline, pattern, effects = machine.timeline, machine.pattern, machine.effects
    ints, floats = memory.score_ints[slot], memory.score_floats[slot]
    ints[:] = 0
    ints[q.S_PLAYING], ints[q.S_SEED], ints[q.S_TRACKS] = machine.playing, machine.seed, len(pattern.tracks)
    ints[q.S_ORIGIN_TICKS], ints[q.S_ORIGIN_FRAMES] = timeline.origin_ticks, timeline.origin_frames
    ints[q.S_PHASE], ints[q.S_PASS_TICKS] = machine.phase_ticks, PPQN
    kit_gain, loop_gain, residual_gain = _GAINS[machine.listen] if machine.loop else _GAINS[Listen.KIT]
    floats[:] = 0.0
    floats[q.S_FRAMES_PER_TICK] = timeline.frames_per_tick
    floats[q.S_KIT_GAIN], floats[q.S_LOOP_GAIN], floats[q.S_RESIDUAL_GAIN] = kit_gain, loop_gain, residual_gain
    floats[q.S_MASTER], floats[q.S_CUTOFF] = 10.0 ** (effects.gain_db / 20.0), effects.cutoff_hz
    floats[q.S_SEND] = effects.reverb_send
    _lower_loop(ints, machine, bank)
    lower_midi(memory, slot, machine)
    memory.track_ints[slot] = 0  # a pad may name a track that this machine has not: it is silent
    memory.track_ints[slot, :, v.T_STRUCK] = q.NEVER_STRUCK
    for index, track in enumerate(pattern.tracks):
        swing = pattern.swing if track.swing is None else track.swing
        _lower_steps(memory, slot, index, track, swing_ticks(swing, track.step_ticks))
        memory.track_ints[slot, index, v.T_AUDIBLE] = machine.audible(track.name)
        memory.track_ints[slot, index, v.T_NAME] = zlib.crc32(track.name.encode())
        one_shot = machine.kit.one_shots.get(track.name)
        _lower_one_shot(memory, slot, index, one_shot, bank, timeline.sample_rate)


def _address(bank: Mapping[SampleId, Audio], sample: SampleId, frames: int) -> int:
    """Where the audio lies. Compiled code reads it unchecked, so this is where it is checked."""
    audio = bank.get(sample)
    if audio is None or len(audio) < frames:
        raise InvalidValue(f"The sample {sample} is missing, or shorter than announced; load its kit or loop again.")
    if audio.dtype != np.float32 or audio.ndim != 2 or audio.shape[1] != 2 or not audio.flags.c_contiguous:
        raise InvalidValue(f"The sample {sample} is not float32 stereo; load its kit or loop again.")
    return int(audio.ctypes.data)


def _lower_loop(ints: np.ndarray, machine: Machine, bank: Mapping[SampleId, Audio]) -> None:
    loop = machine.loop
    if loop is None:
        return
    ints[q.S_PASS_TICKS] = loop.beats * PPQN
    ints[q.S_LOOP_ADDRESS], ints[q.S_LOOP_LENGTH] = _address(bank, loop.sample, loop.frames), loop.frames
    if loop.residual is not None:
        ints[q.S_RESIDUAL_ADDRESS] = _address(bank, loop.residual, loop.frames)
        ints[q.S_RESIDUAL_LENGTH] = loop.frames


def _lower_steps(memory: Memory, slot: int, index: int, track: Track, late_ticks: int) -> None:
    ints = memory.track_ints[slot, index]
    ints[v.T_COUNT], ints[v.T_STEP_TICKS], ints[v.T_SWING_TICKS] = len(track.steps), track.step_ticks, late_ticks
    step_floats, step_ints = memory.step_floats[slot, index], memory.step_ints[slot, index]
    step_floats[:, q.VELOCITY] = 0.0
    for place, step in enumerate(track.steps):
        if step is not None:
            step_floats[place] = (step.velocity, step.probability)
            step_ints[place] = (step.microtiming, *step.condition, step.ratchet)


def _lower_one_shot(memory: Memory, slot: int, index: int, one_shot: OneShot | None,
                    bank: Mapping[SampleId, Audio], sample_rate: int) -> None:
    ints, floats = memory.track_ints[slot, index], memory.track_floats[slot, index]
    if one_shot is None:
        return
    ints[v.T_ADDRESS] = _address(bank, one_shot.sample, one_shot.frames)
    ints[v.T_LENGTH] = one_shot.frames
    ints[v.T_CHOKE] = -1 if one_shot.choke_group is None else one_shot.choke_group
    ints[v.T_ATTACK] = round(one_shot.attack_s * sample_rate)
    ints[v.T_DECAY] = 0 if one_shot.decay_s is None else max(1, round(one_shot.decay_s * sample_rate))
    ints[v.T_RAMP] = max(1, round(CHOKE_S * sample_rate))
    floats[v.T_INCREMENT] = 2.0 ** (one_shot.pitch_semitones / 12.0)
    # balance, not equal power: a centred drum keeps its level, so a kit in the middle sums to the recording
    floats[v.T_LEFT] = one_shot.gain * min(1.0, 1.0 - one_shot.pan)
    floats[v.T_RIGHT] = one_shot.gain * min(1.0, 1.0 + one_shot.pan)


class ScoreSlots:
    """Which slots may be written: the audio thread tells what it took, the rest is bookkeeping."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._waiting: dict[int, int] = {}  # sequence of a score or a cancel -> slot, -1 for a cancel
        self._current = 0
        self._free = list(range(1, SCORE_SLOTS))

    @property
    def free(self) -> int:
        """How many scores can be written now."""
        return len(self._free)

    def write(self, sequence: int, at_frame: int, machine: Machine, bank: Mapping[SampleId, Audio]) -> Record:
        """Lower `machine` into a free slot; the record to push. Raises RingFull when no slot is free."""
        if not self._free:
            raise RingFull("Too many changes wait for the audio thread; wait for a bar line.")
        slot = self._free[-1]
        lower(self._memory, slot, machine, bank)
        self._free.pop()  # not before: lowering may have refused the machine
        self._waiting[sequence] = slot
        return Record(SCORE, sequence, at_frame, slot)

    def cancel(self, sequence: int) -> Record:
        """The record that makes the audio thread forget every score it was sent before."""
        self._waiting[sequence] = -1
        return Record(CANCEL, sequence)

    def heard(self, done: Done) -> None:
        """Take note of what the audio thread did."""
        if done.sequence not in self._waiting:
            return
        if done.kind == SCORE:
            self._free.append(self._current)
            self._current = self._waiting.pop(done.sequence)
        elif done.kind == CANCEL:
            order = list(self._waiting)
            for sequence in order[: order.index(done.sequence) + 1]:
                slot = self._waiting.pop(sequence)
                if slot >= 0:
                    self._free.append(slot)


assert STEPS == 128
