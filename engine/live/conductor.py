"""The conductor: commands come in, records for the audio thread go out, and the journal says what became of them."""

from collections import deque
from collections.abc import Sequence
from functools import partial

from engine.audio.host import Host
from engine.core.commands import (
    Audition,
    Boundary,
    Command,
    Continue,
    Crossbreed,
    LoadDecomposition,
    NameKit,
    NextInChain,
    Panic,
    Play,
    PlayFrom,
    ResumeSession,
    Stop,
    TriggerPad,
    apply,
    target_frames,
)
from engine.core.errors import InvalidValue
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine, empty_machine
from engine.core.timeline import Ticks, check_time
from engine.dsp.layout import SCORE_SLOTS, TRACKS, make_score
from engine.dsp.lowering import lower
from engine.dsp.midi_in import SONG_START
from engine.dsp.processor import Processor
from engine.dsp.ring import BEGIN, CANCEL, CUTS, END, HIT, JUMP, PAD, PANIC, SCORE, Done, Record
from engine.live.bank import SampleBank
from engine.live.history import History
from engine.live.journal import Applied, Journal, Jumped, MidiActed, PadHit, PanicSent
from engine.live.journal import Record as JournalRecord
from engine.live.naming import name_of
from engine.live.notices import Notices
from engine.live.schedule import Schedule

LEAD_BLOCKS, LEAD_S = 2, 0.004
PLAY_LEAD_S = 0.02  # a first beat that comes late is a first beat that is missing
MARGIN_S = 0.02
CHAIN_AHEAD_S = 0.75  # longer than the control thread ever sleeps
MAX_BANK_BYTES = 1 << 30  # beyond this, what is only there to be undone goes


class Conductor:
    """Owns the machine, its future and its past. The control thread alone calls it; nothing here waits."""

    def __init__(self, processor: Processor, host: Host, bank: SampleBank, journal: Journal, block_frames: int,
                 notices: Notices) -> None:
        self._processor, self._host, self.bank, self._journal = processor, host, bank, journal
        self._notices = notices
        self._lead_frames = max(LEAD_BLOCKS * block_frames, round(LEAD_S * host.sample_rate))
        machine = empty_machine(host.sample_rate)
        self.schedule = Schedule(machine, round(MARGIN_S * host.sample_rate))
        self._history = History()
        self._trial = make_score()
        self.hits: deque[Done] = deque(maxlen=256)  # pads that MIDI triggered, for step recording

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return self._host.sample_rate

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
        """The machine as the musician should see it: with the edits that are about to take effect."""
        return self.schedule.at(self.earliest_frames)

    @property
    def pending(self) -> tuple[str, ...]:
        """Names of what waits for a boundary."""
        names = [p.what for p in self.schedule.pending if p.what and p.at_frames > self.earliest_frames]
        return tuple(dict.fromkeys(names))

    def perform(self, command: Command, boundary: Boundary = Boundary.NOW, at_frames: int = 0) -> int:
        """Plan `command` for its boundary, or for frame `at_frames` if that lies ahead; the frame planned. It can be
        undone. Raises InvalidValue, and changes nothing, when it cannot be done."""
        if isinstance(command, TriggerPad | Panic):
            return self._sound(command)
        if isinstance(command, Crossbreed):
            return self._crossbreed(command, boundary)
        before = self.schedule.latest
        frame = self.follow_up(command, boundary, at_frames)
        self._history.before(command, before)
        return frame

    def follow_up(self, command: Command, boundary: Boundary, at_frames: int = 0) -> int:
        """Like `perform`, for the later part of a change: one undo takes back all of it."""
        check_time(at_frames)
        earliest = max(at_frames, self.earliest_frames)
        if isinstance(command, Play | Continue):
            lead_s = PLAY_LEAD_S + self.schedule.latest.midi.lead_ms / 1000.0  # for clocks that are sent early
            earliest = max(earliest, self.now_frames + round(lead_s * self.sample_rate))
        frame = int(target_frames(self.schedule.at(earliest), boundary, earliest))
        self._check(apply(command, self.schedule.at(frame), frame))
        later = frame > self.earliest_frames
        machine = self.schedule.at(frame)
        at_ticks = machine.timeline.ticks_at(frame) if later and boundary is not Boundary.NOW else None
        latching = self.schedule.latching(command)
        self._edit(command, frame, name_of(command) if later else "", at_ticks)
        for planned in latching:  # a latch that waits must not bring back what was released
            if planned.at_frames > frame:
                self._edit(command, planned.at_frames, planned.what, planned.at_ticks)
        return frame

    def refine(self, command: LoadDecomposition, since: Command | None) -> None:
        """Load a later stage on the next bar line. Undo of edits made since the stage `since` leaves it in place."""
        frame = self.follow_up(command, Boundary.BAR)
        self._history.revise(partial(apply, command, at_frames=frame), since)

    def name_kit(self, command: NameKit, since: Command | None) -> None:
        """Name the kit that is loaded, or waits to be, and the states of it that undo brings back, as far as the
        command `since`. That is no change to undo. Raises InvalidValue when too much is waiting."""
        pending = self.schedule.pending
        frame = self.follow_up(command, Boundary.NOW, pending[-1].at_frames if pending else 0)
        self._history.revise(partial(apply, command, at_frames=frame), since)

    def audition(self, command: Audition) -> None:
        """Play a sound that no track has, beside the music. Raises InvalidValue when there is no room for it."""
        if len(self.machine.pattern.tracks) == TRACKS:
            raise InvalidValue("All eight tracks are in use. Swap the sound in to hear it; undo takes it back.")
        frame = self.follow_up(command, Boundary.NOW)
        if not self.flush():
            raise InvalidValue("Too many changes are waiting. Try again after the next bar line.")
        sequence = self.schedule.next_sequence()
        self.note(PadHit(sequence, TRACKS - 1, 1.0))
        self._processor.push([Record(PAD, sequence, frame, TRACKS - 1, 1.0)])

    def take_up(self, machines: Sequence[Machine]) -> None:
        """Begin with the last of these, whose samples are in the bank; undo goes back to the others."""
        self.follow_up(ResumeSession(machines[-1]), Boundary.NOW)
        self._history.remember(machines)

    def look_ahead(self) -> None:
        """Plan the next pattern of a chain shortly before the present one ends."""
        machine = self.schedule.latest
        if not (machine.playing and machine.chain) or any(
                isinstance(command, NextInChain) for planned in self.schedule.pending for command in planned.commands):
            return
        begun = machine.timeline.frames_at(machine.phase_ticks)  # perhaps to come: the chain itself may wait
        end = target_frames(machine, Boundary.PATTERN, max(begun + 1, self.earliest_frames))
        if end - self.now_frames < round(CHAIN_AHEAD_S * self.sample_rate):
            place = (machine.chain_place + 1) % len(machine.chain)
            self.follow_up(NextInChain(place, machine.phase_ticks), Boundary.PATTERN, end)

    def undo(self) -> None:
        """Undo the last change: now, or on its boundary if it still waits for that, so that it is never heard. Raises
        InvalidValue when there is none."""
        waits = self.schedule.waiting(self._history.newest)
        command = self._history.undo(self.schedule.latest)
        if waits is not None and waits.at_frames > self.earliest_frames:
            self._check(apply(command, self.schedule.latest, waits.at_frames))
            self._edit(command, waits.at_frames, waits.what, waits.at_ticks)
        else:
            self._replace(command)

    def redo(self) -> None:
        """Redo what was undone last. Raises InvalidValue when there is nothing."""
        self._replace(self._history.redo(self.schedule.latest))

    def flush(self) -> bool:
        """Send what has been planned. False when the audio thread has no room yet: try again soon."""
        if not self.schedule.has_unsent():
            return True
        slots = self._processor.slots
        if slots.free < len(self.schedule.pending):
            return False
        batch = self.schedule.take_unsent()
        assert batch is not None
        records = [slots.cancel(self.schedule.next_sequence())] if batch.cancel else []
        for planned in batch.planned:
            self._notices.warn(self._journal.add_planned(planned))
            records.append(slots.write(planned.sequence, planned.at_frames, planned.machine, self.bank))
        self._processor.push(records)
        return True

    def drain(self) -> bool:
        """Read what the audio thread has done; whether the machine changed."""
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

    def keep(self, audio: Audio) -> SampleId:
        """Put a recording of our own into bank and journal; its id."""
        name = self.bank.add(audio)
        self.save_sample(name)
        return name

    def save_sample(self, name: SampleId) -> None:
        """Put a sample of the bank into the journal, so that a replay has it."""
        self._notices.warn(self._journal.add_sample(name, self.bank[name]))

    def retire_samples(self) -> None:
        """Forget audio that nothing plays or can bring back. Only while nothing is on its way to the audio thread:
        otherwise it may be about to play something that it has not reported."""
        if not self.schedule.pending and self._processor.slots.free == SCORE_SLOTS - 1:
            if self.bank.bytes > MAX_BANK_BYTES:
                self._history.forget_oldest()
            self.bank.retire([self.schedule.applied.machine, *self._history.machines()],
                              self._processor.sounding())

    def happen(self, kind: int, value: int) -> None:
        """Let the audio thread BEGIN or END the song at once, as MIDI asks; it reports the frame."""
        self._processor.push([Record(kind, self.schedule.next_sequence(), 0, value)])

    def note(self, record: JournalRecord) -> None:
        """Write it into the journal."""
        self._notices.warn(self._journal.add(record))

    def _crossbreed(self, command: Crossbreed, boundary: Boundary) -> int:
        """Plan a crossbreed; one that waits for the same frame is part of it. The frame."""
        frame = int(target_frames(self.schedule.at(self.earliest_frames), boundary, self.earliest_frames))
        waiting, before = self.schedule.crossing(frame), self.schedule.latest
        whole = command if waiting is None else command.over(waiting)
        frame = self.follow_up(whole, boundary)
        self._history.before(whole, before)
        return frame

    def _check(self, machine: Machine) -> None:
        """Raise InvalidValue unless `machine` can be lowered: what passes here cannot fail on its way to the sound."""
        self.bank.check(machine)
        try:
            lower(self._trial, machine, self.bank)
        except (OverflowError, KeyError, ValueError) as error:
            raise InvalidValue(f"That cannot be played: {error}.") from None

    def _hear(self, done: Done) -> bool:
        """What MIDI did on the audio thread by itself; whether that changed the machine."""
        self.note(MidiActed(done.kind, done.frame, done.value))
        if done.kind == HIT:
            self.hits.append(done)
            return False
        command: Command = Stop()
        if done.kind == BEGIN:
            command = Play() if done.value == SONG_START else PlayFrom(Ticks(done.value))
        planned, dropped = self.schedule.happened(command, done.frame)
        self._notices.warn(*dropped, self._journal.add_planned(planned))
        return True

    def _edit(self, command: Command, at_frames: int, what: str = "", at_ticks: int | None = None) -> None:
        """Put it into the schedule; each change that had to be dropped for it is a notice."""
        self._notices.warn(*self.schedule.edit(command, at_frames, what, at_ticks))

    def _replace(self, command: Command) -> None:
        """An undo or redo: not remembered as a new change."""
        self._check(apply(command, self.schedule.latest, self.earliest_frames))
        self._edit(command, self.earliest_frames)

    def _sound(self, command: TriggerPad | Panic) -> int:
        """A pad or a panic: straight to the audio thread, ahead of all that waits."""
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

