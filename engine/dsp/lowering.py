"""A Machine lowered to arrays: all that the audio thread must know, in one slot of its memory."""

import zlib
from collections.abc import Mapping

import numpy as np

from engine.core.groove import swing_ticks
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import FOR_EVER, Listen, Machine, MuteStyle
from engine.core.timeline import PPQN
from engine.dsp import controls
from engine.dsp import sampler as v
from engine.dsp import sequencer as q
from engine.dsp.layout import SCORE_SLOTS, TRACKS, Memory
from engine.dsp.lowering_midi import lower_midi
from engine.dsp.lowering_sounds import Sounds, address_of
from engine.dsp.ring import CANCEL, SCORE, Done, Record, RingFull

RAMP_S = 0.005
# gains of kit, recording and residual
_GAINS = {Listen.ORIGINAL: (0.0, 1.0, 0.0), Listen.KIT_AND_RESIDUAL: (1.0, 0.0, 1.0), Listen.KIT: (1.0, 0.0, 0.0)}


def lower(memory: Memory, slot: int, machine: Machine, bank: Mapping[SampleId, Audio]) -> None:
    """Write `machine` into score `slot`, which nothing may be using. bank: float32 (frames, 2), C-contiguous.

    Raises InvalidValue when a sample of the machine's is not in the bank, or shorter than announced.
    """
    timeline, pattern = machine.timeline, machine.pattern
    ints, floats = memory.score_ints[slot], memory.score_floats[slot]
    ints[:] = 0
    ints[q.S_PLAYING], ints[q.S_SEED], ints[q.S_TRACKS] = machine.playing, machine.seed, len(pattern.tracks)
    ints[q.S_ORIGIN_TICKS], ints[q.S_ORIGIN_FRAMES] = timeline.origin_ticks, timeline.origin_frames
    ints[q.S_PHASE], ints[q.S_PASS_TICKS] = machine.phase_ticks, PPQN
    ints[q.S_FILL_UNTIL], ints[q.S_GATES] = machine.fill_until_ticks, machine.mute_style is MuteStyle.GATES
    kit_gain, loop_gain, residual_gain = _GAINS[machine.listen] if machine.loop else _GAINS[Listen.KIT]
    floats[:] = 0.0
    floats[q.S_FRAMES_PER_TICK] = timeline.frames_per_tick
    floats[q.S_KIT_GAIN], floats[q.S_LOOP_GAIN], floats[q.S_RESIDUAL_GAIN] = kit_gain, loop_gain, residual_gain
    _lower_effects(ints, floats, machine)
    _lower_loop(ints, machine, bank)
    lower_midi(memory, slot, machine)
    sounds = Sounds(memory, slot, machine.kit, bank, timeline.sample_rate)
    memory.track_ints[slot] = 0  # a pad may name a track that this machine has not: it is silent
    memory.track_ints[slot, :, v.T_STRUCK] = q.NEVER_STRUCK
    for index, track in enumerate(pattern.tracks):
        swing = pattern.swing if track.swing is None else track.swing
        row = memory.track_ints[slot, index]
        row[v.T_COUNT], row[v.T_STEP_TICKS] = len(track.steps), track.step_ticks
        row[v.T_SWING_TICKS] = swing_ticks(swing, track.step_ticks)
        row[v.T_AUDIBLE], row[v.T_NAME] = machine.audible(track.name), zlib.crc32(track.name.encode())
        sounds.lower_track(index, track)
    if machine.audition is not None and len(pattern.tracks) < TRACKS:
        sounds.lower_audition(TRACKS - 1, machine.audition)  # no track, but a pad can strike it



def _lower_effects(ints: np.ndarray, floats: np.ndarray, machine: Machine) -> None:
    effects = machine.effects
    ints[q.S_REVERSE] = effects.reverse.on * effects.reverse.ticks
    ints[q.S_STUTTER] = effects.stutter.on * effects.stutter.ticks
    ints[q.S_TAPE] = effects.tape.on * effects.tape.ticks
    ints[q.S_GATE], ints[q.S_DUCK] = effects.gate.ticks, effects.duck.ticks
    floats[q.S_CONTROLS : q.S_CONTROLS + controls.CONTROLS] = controls.targets(effects, machine.steady_bpm)


def _lower_loop(ints: np.ndarray, machine: Machine, bank: Mapping[SampleId, Audio]) -> None:
    loop = machine.loop
    if loop is None:
        return
    ints[q.S_PASS_TICKS], ints[q.S_DOWNBEAT] = loop.beats * PPQN, loop.downbeat_ticks
    ints[q.S_LOOP_PHASE] = machine.loop_ticks - loop.downbeat_ticks
    ints[q.S_LOOP_ADDRESS], ints[q.S_LOOP_LENGTH] = address_of(bank, loop.sample, loop.frames), loop.frames
    if loop.residual is not None:
        ints[q.S_RESIDUAL_ADDRESS] = address_of(bank, loop.residual, loop.frames)
        ints[q.S_RESIDUAL_LENGTH] = loop.frames


assert q.FOR_EVER == FOR_EVER


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
