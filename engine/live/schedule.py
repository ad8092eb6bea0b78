"""The machines to come: what plays now, and each later machine with the frame on which it takes over.

An edit for now, made while a swap waits for its bar line, must survive the swap: it is applied now, and the swap is
worked out again on top of it. No device and no ring in here: `take_unsent` says what to send.
"""

from dataclasses import dataclass, replace

from engine.core.commands import Command, Crossbreed, LatchEffect, ReleaseEffects, apply
from engine.core.effects import Effect
from engine.core.errors import InvalidValue, TaoError
from engine.core.machine import Machine
from engine.core.timeline import PPQN, Timeline

MAX_WAITING, MAX_IMMEDIATE = 10, 6
RENUMBERED_TICKS = PPQN // 8  # no tempo change moves the song so far between two looks at it


@dataclass(frozen=True, slots=True)
class Planned:
    """A machine to come: `commands` on top of the machine of `base`, from `at_frames` on. sequence is unique;
    `what` names it for the musician, empty where it takes effect at once; at_ticks: the song tick that it waits
    for, None where it waits for a frame."""

    sequence: int
    base: int
    at_frames: int
    commands: tuple[Command, ...]
    machine: Machine
    what: str = ""
    at_ticks: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What to send to the audio thread: whether to forget what waits there, then these in this order."""

    cancel: bool
    planned: tuple[Planned, ...]


class Schedule:
    """The applied machine and the pending ones, ascending in time. `margin_frames`: an edit that would come
    this shortly before a pending machine takes effect together with it."""

    def __init__(self, machine: Machine, margin_frames: int) -> None:
        self.applied = Planned(0, 0, 0, (), machine)
        self.pending: list[Planned] = []
        self._margin_frames = margin_frames
        self._last_sequence = 0
        self._sent = 0  # so many of the first pending ones are known to the audio thread
        self._cancel = False

    @property
    def latest(self) -> Machine:
        """The machine at the end of the chain."""
        return self.pending[-1].machine if self.pending else self.applied.machine

    def at(self, frames: int) -> Machine:
        """The machine in force at `frames`, as far as is planned."""
        machine = self.applied.machine
        for planned in self.pending:
            if planned.at_frames <= frames:
                machine = planned.machine
        return machine

    def timeline_at(self, frames: int) -> Timeline:
        """The timeline in force at `frames`, as far as is planned and ticks go on meaning what they mean now."""
        machine = self.applied.machine
        for planned in self.pending:
            if planned.at_frames > frames or renumbered(machine, planned.machine, planned.at_frames):
                break
            machine = planned.machine
        return machine.timeline

    @property
    def has_room(self) -> bool:
        """Whether another immediate edit may come; if not, one is about to be applied."""
        return sum(not p.what for p in self.pending) < MAX_IMMEDIATE

    def edit(self, command: Command, at_frames: int, what: str = "", at_ticks: int | None = None) -> list[str]:
        """Put `command` into the chain at `at_frames`; a sentence for each change that had to be dropped for it. One
        with `at_ticks` waits for that song tick, even if the tempo changes meanwhile.

        Raises InvalidValue, and changes nothing, when the command does not apply to the machine it meets.
        """
        soon = [p.at_frames for p in self.pending if 0 <= p.at_frames - at_frames < self._margin_frames]
        at_frames = max([at_frames, *soon])
        place = sum(p.at_frames <= at_frames for p in self.pending)
        if isinstance(command, Crossbreed) and self.crossing(at_frames) is not None:
            return self._cross_again(command, place - 1)
        before = self.pending[place - 1] if place else self.applied
        machine = apply(command, before.machine, at_frames)
        if place > self._sent and before.at_frames == at_frames and before.what == what:
            self.pending[place - 1] = replace(before, commands=(*before.commands, command), machine=machine)
        elif what and sum(bool(p.what) for p in self.pending) >= MAX_WAITING:
            raise InvalidValue(f"{MAX_WAITING} changes are already waiting. Try again after the next bar line.")
        else:
            number = self.next_sequence()
            planned = Planned(number, before.sequence, at_frames, (command,), machine, what, at_ticks)
            self.pending.insert(place, planned)
            place += 1
        return self._rebuild(place, _same_song(before.machine, machine, at_frames))

    def crossing(self, at_frames: int) -> Crossbreed | None:
        """The crossbreed that is the last change to wait for this frame, if it is one."""
        planned = next((p for p in reversed(self.pending) if p.at_frames <= at_frames), None)
        last = planned.commands[-1] if planned is not None and planned.at_frames == at_frames else None
        return last if isinstance(last, Crossbreed) else None

    def latching(self, command: Command) -> list[Planned]:
        """What waits to latch an effect that `command` releases."""
        if isinstance(command, ReleaseEffects):
            let_go = set(Effect)
        elif isinstance(command, LatchEffect) and not command.on:
            let_go = {command.effect}
        else:
            return []
        return [planned for planned in self.pending
                if any(isinstance(c, LatchEffect) and c.on and c.effect in let_go for c in planned.commands)]

    def happened(self, command: Command, at_frames: int) -> tuple[Planned, list[str]]:
        """The audio thread has done `command` on `at_frames` by itself: all that waits is worked out again on top of
        it. What it became, and a sentence for each change that had to be dropped."""
        machine = apply(command, self.applied.machine, at_frames)
        same_song = _same_song(self.applied.machine, machine, at_frames)
        self.applied = Planned(self.next_sequence(), self.applied.sequence, at_frames, (command,), machine)
        return self.applied, self._rebuild(0, same_song)

    def waiting(self, command: Command | None) -> Planned | None:
        """The plan in which this very command waits, if it does."""
        return next((planned for planned in self.pending if any(one is command for one in planned.commands)), None)

    def take_unsent(self) -> Batch | None:
        """What to send now, or None; from here on it counts as sent."""
        if self._sent == len(self.pending) and not self._cancel:
            return None
        batch = Batch(self._cancel, tuple(self.pending[self._sent :]))
        self._sent, self._cancel = len(self.pending), False
        return batch

    def has_unsent(self) -> bool:
        """Whether there is something to send."""
        return self._cancel or self._sent < len(self.pending)

    def was_applied(self, sequence: int) -> Planned | None:
        """The audio thread has taken `sequence`: it and all before it are past. None if it was replaced."""
        for index, planned in enumerate(self.pending):
            if planned.sequence == sequence:
                self.applied = planned
                del self.pending[: index + 1]
                self._sent = max(0, self._sent - index - 1)
                return planned
        return None

    def _cross_again(self, command: Crossbreed, place: int) -> list[str]:
        """Let `command` take the place of the crossbreed that waits at `place`: a turned knob sends dozens in a bar."""
        planned, before = self.pending[place], self.pending[place - 1] if place else self.applied
        commands = (*planned.commands[:-1], command)
        machine = before.machine
        for one in commands:
            machine = apply(one, machine, planned.at_frames)
        self.pending[place] = replace(planned, commands=commands, machine=machine)
        if place < self._sent:
            self._resend_all()
        return self._rebuild(place + 1, _same_song(before.machine, machine, planned.at_frames))

    def _rebuild(self, place: int, same_song: bool) -> list[str]:
        """Work out every machine from `place` on again, on top of the one before it, and when it is due."""
        if place < self._sent or place < len(self.pending):
            self._resend_all()
        before, dropped, kept = self.pending[place - 1] if place else self.applied, [], self.pending[:place]
        for planned in self.pending[place:]:
            if planned.at_ticks is not None and same_song and before.machine.playing:
                due = before.machine.timeline.frames_at(planned.at_ticks)
                planned = replace(planned, at_frames=max(before.at_frames, due))
            elif not same_song:
                planned = replace(planned, at_ticks=None)
            try:
                machine = before.machine
                for command in planned.commands:
                    machine = apply(command, machine, planned.at_frames)
            except TaoError as error:
                dropped.append(f"{planned.what or 'A change'} was dropped: {error}")
                continue
            before = replace(planned, base=before.sequence, machine=machine)
            kept.append(before)
        self.pending = kept
        return dropped

    def _resend_all(self) -> None:
        """The audio thread's list is in order of arrival: forget it, and send the whole chain again."""
        self._cancel = self._cancel or self._sent > 0
        base = self.applied.sequence
        for index, planned in enumerate(self.pending):
            self.pending[index] = replace(planned, sequence=self.next_sequence(), base=base)
            base = self.pending[index].sequence
        self._sent = 0

    def next_sequence(self) -> int:
        """A number for something that is sent to the audio thread; each is used once."""
        self._last_sequence += 1
        return self._last_sequence


def renumbered(before: Machine, after: Machine, at_frames: int) -> bool:
    """Whether the song that plays has other tick numbers from `at_frames` on: its beats are counted otherwise, or it
    has jumped."""
    apart = after.timeline.ticks_at(at_frames) - before.timeline.ticks_at(at_frames)
    return before.playing and after.playing and abs(apart) > RENUMBERED_TICKS


def _same_song(before: Machine, after: Machine, at_frames: int) -> bool:
    """Whether the song goes on at `at_frames`, perhaps at another tempo, so that ticks mean what they meant."""
    if not (before.playing and after.playing):
        return before.playing == after.playing
    return abs(after.timeline.ticks_at(at_frames) - before.timeline.ticks_at(at_frames)) <= 1
