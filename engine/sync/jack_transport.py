"""JACK's transport on the control thread: follow it, or lead it. It starts and stops for everybody on the server, so
while Tao takes part in it, Play and Stop go there, and the audio thread begins the song with it, on its frame."""

from typing import Any, Protocol

from engine.core.commands import Boundary, Command, Continue, LeadTransport, Play, SetClockSource, Stop
from engine.core.machine import Machine
from engine.core.midi import ClockSource
from engine.core.midi_bytes import SIXTEENTH_TICKS
from engine.core.snapshot import Sync, SyncState
from engine.core.timeline import PPQN
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.sync.link_follower import beat_at
from engine.sync.transport_follower import TransportFollower, TransportMoment

NOBODY, FOLLOWS, LEADS = 0, 1, 2  # what dsp calls them
READ_EVERY_S = 0.005
TAKEN_S = 0.5  # for so long the transport rolls without asking us, then another program leads it
NO_JACK = ("JACK's transport is there only with JACK. Start Tao with --audio jack, or choose another clock source and "
           "stop leading the transport.")


def transport_commands(asked: str | None, source: ClockSource) -> list[Command]:
    """The commands for a setting: follow, lead, off, or None for what was saved."""
    followed: dict[str, ClockSource] = {"follow": ClockSource.JACK}
    if source is ClockSource.JACK:
        followed |= dict.fromkeys(("lead", "off"), ClockSource.AUTO)
    return [*([LeadTransport(asked == "lead")] if asked else []),
            *([SetClockSource(followed[asked])] if asked in followed else [])]


class Transport(Protocol):
    """A way to move the transport, such as engine.audio.jack_transport.JackTransport."""

    rolls: bool
    frame: int

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def locate(self, frame: int) -> None: ...
    def lead(self, on: bool) -> None: ...


class TransportControl:
    """The control thread calls `step` on every turn. memory: dsp's record of the transport."""

    def __init__(self, conductor: Conductor, memory: Any, notices: Notices) -> None:
        self._conductor, self._memory, self._notices = conductor, memory, notices
        self._transport: Transport | None = None
        self._follower = TransportFollower(conductor.sample_rate)
        self._moment: TransportMoment | None = None
        self._read_frames = -(1 << 40)
        self._role = NOBODY
        self._told = False
        self._alone = False
        self._said: tuple[float, int, int] | None = None
        self._calls, self._called_frames, self._taken = 0, 0, False

    @property
    def sync(self) -> Sync | None:
        """The clock that is followed, as shown to the musician; None while it is not the transport."""
        source = self._conductor.machine.midi.source
        if source is not ClockSource.JACK:
            return None
        moment = self._moment
        if self._role != FOLLOWS or moment is None or not moment.rolls:
            return Sync(source, SyncState.WAITING)
        return Sync(source, SyncState.LOCKED, None if moment.bpm is None else round(moment.bpm, 1))

    def use(self, transport: Transport | None) -> None:
        """The audio device has changed; this is its transport, None where it has none."""
        self._transport, self._role, self._told = transport, NOBODY, False
        self._memory["role"] = NOBODY

    def step(self) -> None:
        """Take the part that is asked for, and do what it asks."""
        machine = self._conductor.machine
        wanted = LEADS if machine.midi.leads_transport else FOLLOWS * (machine.midi.source is ClockSource.JACK)
        if wanted != self._role:
            self._take_part(wanted)
        if self._transport is None or self._role == NOBODY:
            return
        every = READ_EVERY_S * self._conductor.sample_rate
        if self._conductor.now_frames - self._read_frames < every:
            return
        self._read_frames = self._conductor.now_frames
        if self._role == LEADS:
            self._lead(self._transport, machine)
        else:
            self._follow(machine)

    def carries_out(self, command: Command) -> bool:
        """Whether the command was given to the transport, which the song will follow. A song that waits for a MIDI
        clock or for Link's bar line begins by itself, and the transport after it."""
        transport, machine = self._transport, self._conductor.machine
        waits = machine.midi.source in (ClockSource.MIDI, ClockSource.LINK)
        if transport is None or self._role == NOBODY or waits:
            return False
        match command:
            case Play():
                transport.locate(0)
                transport.start()
            case Continue(ticks):
                there = machine.resting_ticks if ticks is None else ticks
                self._go_to(transport, machine, max(0, there) // SIXTEENTH_TICKS * SIXTEENTH_TICKS)
                transport.start()
            case Stop() if transport.rolls:
                transport.stop()
            case _:
                return False
        return True

    def close(self) -> None:
        """Let another program lead."""
        if self._role == LEADS and self._transport is not None:
            self._transport.lead(False)
        self.use(None)

    def _take_part(self, role: int) -> None:
        if self._transport is None:
            if role != NOBODY and not self._told:
                self._notices.say(NO_JACK)
            self._told, self._role = role != NOBODY, NOBODY
            return
        if LEADS in (role, self._role):
            self._transport.lead(role == LEADS)
        self._follower, self._moment, self._said = TransportFollower(self._conductor.sample_rate), None, None
        self._alone = False
        self._calls, self._called_frames, self._taken = -1, self._conductor.now_frames, False
        self._role = role
        self._memory["role"] = role

    def _follow(self, machine: Machine) -> None:
        moment = self._moment = self._read()
        at_frames = self._conductor.earliest_frames
        self._memory["scale"] = self._follower.scale
        steer = self._follower.steer(machine, moment, at_frames)
        if steer is not None and self._conductor.schedule.has_room:
            self._conductor.follow_up(steer, Boundary.NOW, at_frames)

    def _lead(self, transport: Transport, machine: Machine) -> None:
        """Say tempo and metre; let the transport start and stop with a song that did so by itself."""
        self._memory["bar_ticks"], self._memory["pulse_ticks"] = machine.pattern.bar_ticks, machine.pattern.pulse_ticks
        rolls, applied = transport.rolls, self._conductor.schedule.applied.machine
        alone = not rolls if applied.playing else bool(self._memory["rolled"])
        if alone and self._alone:  # twice: what the audio thread has done may not have been heard yet
            self._bring_along(transport, applied)
        self._alone = alone and not self._alone
        said = (machine.timeline.bpm, machine.pattern.bar_ticks, machine.pattern.pulse_ticks)
        if said != self._said and not rolls:
            transport.locate(transport.frame)  # the timebase is asked only when the transport rolls, or is moved
            self._said = said
        self._watch(rolls)

    def _bring_along(self, transport: Transport, machine: Machine) -> None:
        """The song began or ended by itself: let the transport do so, too."""
        if machine.playing:
            self._go_to(transport, machine, round(PPQN * beat_at(machine, self._conductor.now_frames)))
            transport.start()
        else:
            transport.stop()

    def _go_to(self, transport: Transport, machine: Machine, ticks: int) -> None:
        transport.locate(round(ticks * machine.timeline.frames_per_tick))

    def _watch(self, rolls: bool) -> None:
        """Notice when another program has become the timebase: JACK does not say so."""
        calls, now = int(self._memory["calls"]), self._conductor.now_frames
        if calls != self._calls or not rolls:
            self._calls, self._called_frames, self._taken = calls, now, False
        elif now - self._called_frames > TAKEN_S * self._conductor.sample_rate and not self._taken:
            self._taken = True
            self._notices.warn("Another program leads the tempo of JACK's transport now. To lead it again, switch "
                               "leading off and on.")

    def _read(self) -> TransportMoment:
        """What the audio thread saw last; again, if it was writing."""
        memory = self._memory
        while True:
            before = int(memory["sequence"][0])
            bpm = float(memory["bpm"]) if memory["has_beat"] else None
            moment = TransportMoment(int(memory["at"]), bool(memory["rolls"]), bpm, float(memory["ticks"]),
                                     float(memory["grain"]))
            if before % 2 == 0 and int(memory["sequence"][0]) == before:
                return moment
