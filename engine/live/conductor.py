"""The conductor: commands in, records for the audio thread out, and the journal of what became of them."""

from collections import deque
from collections.abc import Sequence
from functools import partial

from engine.audio.host import Host
from engine.core.commands import (
    Audition,
    Boundary,
    Command,
    Continue,
    LoadDecomposition,
    NextInChain,
    Panic,
    Play,
    ResumeSession,
    SelectPattern,
    SetChain,
    Stop,
    SwapOneShot,
    TriggerPad,
    apply,
    target_frames,
)
from engine.core.errors import InvalidValue
from engine.core.machine import Machine, empty_machine
from engine.core.timeline import Ticks
from engine.dsp.layout import SCORE_SLOTS, TRACKS, make_score
from engine.dsp.lowering import lower
from engine.dsp.midi_in import SONG_START
from engine.dsp.processor import Processor
from engine.dsp.ring import BEGIN, CANCEL, CUTS, END, HIT, JUMP, PAD, PANIC, SCORE, Done, Record
from engine.live.bank import SampleBank
from engine.live.history import History
from engine.live.journal import Applied, Journal, Jumped, MidiActed, PadHit, PanicSent
from engine.live.journal import Record as JournalRecord
from engine.live.schedule import Schedule

LEAD_BLOCKS, LEAD_S = 2, 0.004
PLAY_LEAD_S = 0.02  # a first beat that comes late is a first beat that is missing
MARGIN_S = 0.02
CHAIN_AHEAD_S = 0.75  # longer than the control thread ever sleeps
MAX_BANK_BYTES = 1 << 30  # beyond this, what is only there to be undone goes


class Conductor:
    """Owns the machine, its future and its past. The control thread alone calls it; nothing here waits."""

    def __init__(self, processor: Processor, host: Host, bank: SampleBank, journal: Journal, block_frames: int
                 ) -> None:
        self._processor, self._host, self._bank, self._journal = processor, host, bank, journal
        self._lead_frames = max(LEAD_BLOCKS * block_frames, round(LEAD_S * host.sample_rate))
        machine = empty_machine(host.sample_rate)
        self.schedule = Schedule(machine, round(MARGIN_S * host.sample_rate))
        self._history = History()
        self._trial = make_score()
        self.complaints: list[str] = []
        self.hits: deque[Done] = deque(maxlen=256)  # pads that were struck by MIDI, for who writes them down

    @property
    def now_frames(self) -> int:
        """The frame that the next block begins with."""
        return self._host.now_frames

    @property
    def earliest_frames(self) -> int:
        """The first frame on which an edit made now can be exact."""
        return self.now_frames + self._lead_frames

    @property
    def machine(self) -> Machine:
        """The machine as a musician should see it: edits for now are already in it."""
        return self.schedule.at(self.earliest_frames)

    @property
    def pending(self) -> tuple[str, ...]:
        """Names of what waits for a boundary."""
        names = [p.what for p in self.schedule.pending if p.what and p.at_frames > self.earliest_frames]
        return tuple(dict.fromkeys(names))

    def perform(self, command: Command, boundary: Boundary = Boundary.NOW, at_frames: int = 0) -> int:
        """Do `command` at its boundary, or on frame `at_frames` if that lies ahead; the frame planned.

        What it changes can be undone. Raises InvalidValue, and changes nothing, when it cannot be done.
        """
        if isinstance(command, TriggerPad | Panic):
            return self._sound(command)
        before = self.schedule.latest
        frame = self.follow_up(command, boundary, at_frames)
        self._history.before(command, before)
        return frame

    def follow_up(self, command: Command, boundary: Boundary, at_frames: int = 0) -> int:
        """Like `perform`, for the later part of a change: undo takes it back with what it followed."""
        earliest = max(at_frames, self.earliest_frames)
        if isinstance(command, Play | Continue):
            lead_s = PLAY_LEAD_S + self.schedule.latest.midi.lead_ms / 1000.0  # for clocks that are sent early
            earliest = max(earliest, self.now_frames + round(lead_s * self._host.sample_rate))
        frame = int(target_frames(self.schedule.at(earliest), boundary, earliest))
        self._check(apply(command, self.schedule.at(frame), frame))
        later = frame > self.earliest_frames
        machine = self.schedule.at(frame)
        at_ticks = machine.timeline.ticks_at(frame) if later and boundary is not Boundary.NOW else None
        latching = self.schedule.latching(command)
        self.complaints += self.schedule.edit(command, frame, _name(command) if later else "", at_ticks)
        for planned in latching:  # what waits must not bring back what was let go
            if planned.at_frames > frame:
                self.complaints += self.schedule.edit(command, planned.at_frames, planned.what, planned.at_ticks)
        return frame

    def refine(self, command: LoadDecomposition, since: Command | None) -> None:
        """A later stage, on the next bar line; undo of what was done since the stage `since` leaves it in place."""
        frame = self.follow_up(command, Boundary.BAR)
        self._history.revise(partial(apply, command, at_frames=frame), since)

    def audition(self, command: Audition) -> None:
        """Strike a sound that no track has, beside the music. Raises InvalidValue when there is no room for it."""
        if len(self.machine.pattern.tracks) == TRACKS:
            raise InvalidValue("All eight tracks are in use; swap the sound to hear it, and undo to have the old back.")
        frame = self.follow_up(command, Boundary.NOW)
        if not self.flush():
            raise InvalidValue("Too many changes wait for the audio thread; wait for a bar line.")
        sequence = self.schedule.next_sequence()
        self.note(PadHit(sequence, TRACKS - 1, 1.0))
        self._processor.push([Record(PAD, sequence, frame, TRACKS - 1, 1.0)])

    def take_up(self, machines: Sequence[Machine]) -> None:
        """Begin with the last of these, whose samples are in the bank; undo goes back to the others."""
        self.follow_up(ResumeSession(machines[-1]), Boundary.NOW)
        self._history.remember(machines)

    def look_ahead(self) -> None:
        """Plan the next pattern of a chain shortly before the one that plays ends."""
        machine = self.schedule.latest
        if not (machine.playing and machine.chain) or any(
                isinstance(command, NextInChain) for planned in self.schedule.pending for command in planned.commands):
            return
        begun = machine.timeline.frames_at(machine.phase_ticks)  # perhaps to come: the chain itself may wait
        end = target_frames(machine, Boundary.PATTERN, max(begun + 1, self.earliest_frames))
        if end - self.now_frames < round(CHAIN_AHEAD_S * self._host.sample_rate):
            place = (machine.chain_place + 1) % len(machine.chain)
            self.follow_up(NextInChain(place, machine.phase_ticks), Boundary.PATTERN, end)

    def undo(self) -> None:
        """Take back the last change: now, or, where that still waits for its boundary, on it, so that it is never
        heard. Raises InvalidValue when there is none."""
        waits = self.schedule.waiting(self._history.newest)
        command = self._history.undo(self.schedule.latest)
        if waits is not None and waits.at_frames > self.earliest_frames:
            self._check(apply(command, self.schedule.latest, waits.at_frames))
            self.complaints += self.schedule.edit(command, waits.at_frames, waits.what, waits.at_ticks)
        else:
            self._replace(command)

    def redo(self) -> None:
        """Do again what was taken back. Raises InvalidValue when there is nothing."""
        self._replace(self._history.redo(self.schedule.latest))

    def flush(self) -> bool:
        """Send what has been planned; False when the audio thread has no room yet: try again soon."""
        if not self.schedule.has_unsent():
            return True
        slots = self._processor.slots
        if slots.free < len(self.schedule.pending):
            return False
        batch = self.schedule.take_unsent()
        assert batch is not None
        records = [slots.cancel(self.schedule.next_sequence())] if batch.cancel else []
        for planned in batch.planned:
            self.complaints += filter(None, [self._journal.add_planned(planned)])
            records.append(slots.write(planned.sequence, planned.at_frames, planned.machine, self._bank))
        self._processor.push(records)
        return True

    def drain(self) -> bool:
        """Hear what the audio thread has done; whether the machine changed."""
        changed = False
        for done in self._processor.drain():
            if done.kind == JUMP:
                self.note(Jumped(done.frame, done.value))
            elif done.kind in (HIT, BEGIN, END):
                changed = self._hear(done) or changed
            elif done.kind != CANCEL:
                self.note(Applied(done.sequence, done.frame))
                if done.kind == SCORE:
                    changed = self.schedule.was_applied(done.sequence) is not None or changed
        return changed

    def retire_samples(self) -> None:
        """Forget audio that nothing plays or can bring back. Only while nothing is on its way to the audio
        thread: then what it plays is what it has told."""
        if not self.schedule.pending and self._processor.slots.free == SCORE_SLOTS - 1:
            if self._bank.bytes > MAX_BANK_BYTES:
                self._history.forget_oldest()
            self._bank.retire([self.schedule.applied.machine, *self._history.machines()],
                              self._processor.sounding())

    def happen(self, kind: int, value: int) -> None:
        """Let the audio thread do at once what MIDI asks for: BEGIN or END; it tells when that was."""
        self._processor.push([Record(kind, self.schedule.next_sequence(), 0, value)])

    def _check(self, machine: Machine) -> None:
        """Raise InvalidValue unless `machine` can be lowered: what fails now cannot fail on its way to the sound."""
        self._bank.check(machine)
        try:
            lower(self._trial, machine, self._bank)
        except (OverflowError, KeyError, ValueError) as error:
            raise InvalidValue(f"That cannot be played: {error}.") from None

    def note(self, record: JournalRecord) -> None:
        """Write it into the journal."""
        self.complaints += filter(None, [self._journal.add(record)])

    def _hear(self, done: Done) -> bool:
        """What MIDI did by itself, without being asked; whether that changed the machine."""
        self.note(MidiActed(done.kind, done.frame, done.value))
        if done.kind == HIT:
            self.hits.append(done)
            return False
        command: Command = Stop()
        if done.kind == BEGIN:
            command = Play() if done.value == SONG_START else Continue(Ticks(done.value))
        planned, dropped = self.schedule.happened(command, done.frame)
        self.complaints += [*dropped, *filter(None, [self._journal.add_planned(planned)])]
        return True

    def _replace(self, command: Command) -> None:
        """An undo or redo: not remembered as a new change."""
        self._check(apply(command, self.schedule.latest, self.earliest_frames))
        self.complaints += self.schedule.edit(command, self.earliest_frames)

    def _sound(self, command: TriggerPad | Panic) -> int:
        """A pad or a panic: straight to the audio thread, overtaking whatever waits."""
        machine = self.machine
        apply(command, machine, self.now_frames)
        sequence = self.schedule.next_sequence()
        if isinstance(command, Panic):
            self.note(PanicSent(sequence, cuts=True))
            self._processor.push([Record(PANIC, sequence, value=CUTS)])
            return self.now_frames
        track = [track.name for track in machine.pattern.tracks].index(command.track)
        self.note(PadHit(sequence, track, command.velocity))
        self._processor.push([Record(PAD, sequence, 0, track, command.velocity)])
        return self.now_frames


def _name(command: Command) -> str:
    """What a musician calls it while it waits."""
    match command:
        case SelectPattern():
            return f"pattern {command.slot + 1}"
        case SetChain():
            return f"the chain {' '.join(str(slot + 1) for slot in command.slots)}"
        case SwapOneShot():
            return f"another {command.track}"
    names = {"LoadDecomposition": "a new kit", "LoadKit": "a kit", "LoadPattern": "a pattern", "LoadLoop": "a loop",
             "Play": "play", "NextInChain": "the next pattern"}
    kind = type(command).__name__
    return names.get(kind, kind.removeprefix("Set").removeprefix("Toggle").lower())
