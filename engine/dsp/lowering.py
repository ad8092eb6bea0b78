"""A Machine lowered to a score: all that the audio thread must know of it, in one slot of its memory."""

import zlib
from collections.abc import Mapping

import numpy as np

from engine.core.groove import swing_ticks
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import FOR_EVER, Listen, Machine, MuteStyle
from engine.core.timeline import PPQN
from engine.dsp import controls, sequencer
from engine.dsp.layout import SCORE_SLOTS, TRACKS
from engine.dsp.lowering_midi import lower_midi
from engine.dsp.lowering_sounds import Sounds, address_of
from engine.dsp.ring import CANCEL, SCORE, Done, Record, RingFull
from engine.dsp.sequencer import NEVER_TRIGGERED

RAMP_S = 0.005
# gains of kit, recording and residual
_GAINS = {Listen.ORIGINAL: (0.0, 1.0, 0.0), Listen.KIT_AND_RESIDUAL: (1.0, 0.0, 1.0), Listen.KIT: (1.0, 0.0, 0.0)}


def lower(score: np.void, machine: Machine, bank: Mapping[SampleId, Audio]) -> None:
    """Write `machine` into `score`, which nothing may be using. bank: float32 (frames, 2), C-contiguous.

    Raises InvalidValue when a sample of the machine's is not in the bank, or incomplete.
    """
    timeline, pattern = machine.timeline, machine.pattern
    score["playing"], score["seed"], score["track_count"] = machine.playing, machine.seed, len(pattern.tracks)
    score["origin_ticks"], score["origin_frames"] = timeline.origin_ticks, timeline.origin_frames
    score["frames_per_tick"] = timeline.frames_per_tick
    score["phase_ticks"], score["fill_until_ticks"] = machine.phase_ticks, machine.fill_until_ticks
    score["gates"] = machine.mute_style is MuteStyle.GATES
    _lower_effects(score, machine)
    _lower_loop(score, machine, bank)
    lower_midi(score, machine)
    _lower_tracks(score, machine, bank)


def _lower_effects(score: np.void, machine: Machine) -> None:
    effects = machine.effects
    score["reverse_ticks"] = effects.reverse.on * effects.reverse.ticks
    score["stutter_ticks"] = effects.stutter.on * effects.stutter.ticks
    score["tape_ticks"] = effects.tape.on * effects.tape.ticks
    score["gate_ticks"], score["duck_ticks"] = effects.gate.ticks, effects.duck.ticks
    score["controls"] = controls.targets(effects, machine.steady_bpm)


def _lower_loop(score: np.void, machine: Machine, bank: Mapping[SampleId, Audio]) -> None:
    loop = machine.loop
    gains = _GAINS[machine.listen] if loop is not None else _GAINS[Listen.KIT]
    score["kit_gain"], score["loop"]["gain"], score["residual"]["gain"] = gains
    score["pass_ticks"], score["downbeat_ticks"], score["loop_phase_ticks"] = PPQN, 0, 0
    score["loop"]["audio"] = score["residual"]["audio"] = (0, 0)
    if loop is None:
        return
    score["pass_ticks"], score["downbeat_ticks"] = loop.ticks, loop.downbeat_ticks
    score["loop_phase_ticks"] = machine.loop_ticks - loop.downbeat_ticks
    score["loop"]["audio"] = (address_of(bank, loop.sample, loop.frames), loop.frames)
    if loop.residual is not None:
        score["residual"]["audio"] = (address_of(bank, loop.residual, loop.frames), loop.frames)


def _lower_tracks(score: np.void, machine: Machine, bank: Mapping[SampleId, Audio]) -> None:
    pattern, tracks = machine.pattern, score["tracks"]
    sounds = Sounds(score, machine.kit, bank, machine.timeline.sample_rate)
    for field in ("step_count", "step_ticks", "swing_ticks", "audible", "name", "sound", "sounds"):
        tracks[field] = 0  # a pad may name a track that this machine does not have: it is silent
    tracks["triggered_tick"] = NEVER_TRIGGERED
    for index, track in enumerate(pattern.tracks):
        swing = pattern.swing if track.swing is None else track.swing
        row = tracks[index]
        row["step_count"], row["step_ticks"] = len(track.steps), track.step_ticks
        row["swing_ticks"] = swing_ticks(swing, track.step_ticks)
        row["audible"], row["name"] = machine.audible(track.name), zlib.crc32(track.name.encode())
        sounds.lower_track(row, track)
    if machine.audition is not None and len(pattern.tracks) < TRACKS:
        sounds.lower_audition(tracks[TRACKS - 1], machine.audition)  # no track, but a pad can trigger it


assert sequencer.FOR_EVER == FOR_EVER


class ScoreSlots:
    """Which slots may be written: the audio thread reports what it took, the rest is bookkeeping."""

    def __init__(self, memory: np.void) -> None:
        self._scores = memory["scores"]
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
            raise RingFull("Too many changes are waiting; wait for a bar line.")
        slot = self._free[-1]
        lower(self._scores[slot], machine, bank)
        self._free.pop()  # not before: lowering may have refused the machine
        self._waiting[sequence] = slot
        return Record(SCORE, sequence, at_frame, slot)

    def cancel(self, sequence: int) -> Record:
        """The record that makes the audio thread forget every score it was sent before."""
        self._waiting[sequence] = -1
        return Record(CANCEL, sequence)

    def confirm(self, done: Done) -> None:
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
