"""All that comes in by MIDI and is not done by the audio thread itself: clocks to follow, pads written, knobs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.core.commands import Boundary, Command, LatchEffect, SetMidi
from engine.core.errors import InvalidValue, TaoError
from engine.core.midi import MidiSetup
from engine.core.requests import ConnectMidi, Direction, Learn, MidiRequest, Unlearn, WriteSteps
from engine.core.snapshot import MidiStatus, Notice, Sync
from engine.dsp.midi_ring import MidiEvent, MidiRing
from engine.dsp.processor import Processor
from engine.live.conductor import Conductor
from engine.midi.controller_map import Surface, read_setup, toggled, write_setup
from engine.midi.patchbay import COUNTS, MidiPorts, NoMidiPorts, Patchbay
from engine.midi.rtmidi_input import OutsideMidi
from engine.midi.step_recording import written_step
from engine.sync.clock_follower import MidiFollower

CLOCKS = range(0xF8, 0x100)
LIVELY_S = 1.0


class MidiDesk:
    """The control thread calls `step` on every turn and `look` once a second; nothing here waits.

    file: where the setup is kept; tell takes a line for the musician; record is called for the foot switch.
    """

    def __init__(self, processor: Processor, conductor: Conductor, file: Path | None,
                 tell: Callable[[Notice], None], record: Callable[[], None]) -> None:
        self._conductor, self._rate = conductor, processor.sample_rate
        self._file, self._tell, self._record = file, tell, record
        self._heard = MidiRing(processor.memory["midi_received"])
        self._outside = OutsideMidi(conductor)
        self._follower = MidiFollower(processor.sample_rate)
        setup, problem = read_setup(file)
        if problem is not None:
            tell(Notice(problem, urgent=True))
        self._surface = Surface(setup.controls)
        self._bay = Patchbay(NoMidiPorts(), setup.inputs, setup.outputs)
        self._kept = setup
        self._keeps = problem is None
        self._lively_frames = -1 << 40
        self._last = b""
        self._writes_steps = False
        if setup.midi != conductor.machine.midi:
            conductor.follow_up(SetMidi(setup.midi), Boundary.NOW)

    @property
    def lively(self) -> bool:
        """Whether somebody plays just now, and wants to be answered quickly."""
        return self._conductor.now_frames - self._lively_frames < LIVELY_S * self._rate

    def has_clock(self) -> bool:
        """Whether a MIDI clock comes in, or did until lately."""
        return self._follower.leads(self._conductor.now_frames)

    @property
    def sync(self) -> Sync:
        """Whose time we keep."""
        return self._follower.status(self._conductor.machine, self._conductor.now_frames)

    @property
    def status(self) -> MidiStatus:
        """What a face is told."""
        bay, surface = self._bay, self._surface
        return MidiStatus(
            tuple(bay.wishes[Direction.IN]), tuple(bay.wishes[Direction.OUT]), tuple(bay.there[Direction.IN]),
            tuple(bay.there[Direction.OUT]), tuple(bay.others[Direction.IN]), tuple(bay.others[Direction.OUT]),
            surface.controls, surface.learning, self._writes_steps, _worded(self._last))

    def open(self, ports: MidiPorts) -> None:
        """The ports to be used from now on; those before are let go of."""
        self._bay.ports.close()
        self._bay.ports = ports
        self.look()

    def close(self) -> None:
        """Let go of the ports."""
        self._bay.ports.close()

    def do(self, request: MidiRequest) -> None:
        """Carry out what a face asks. Raises InvalidValue."""
        match request:
            case ConnectMidi():
                if not 1 <= request.number <= COUNTS[request.direction]:
                    raise InvalidValue(f"Tao has {COUNTS[request.direction]} MIDI ports {request.direction.value}; "
                                       f"{request.number} was asked for.")
                for line in self._bay.wish(request.direction, request.number - 1, request.name):
                    self._tell(Notice(line))
            case Learn():
                self._surface.learn(request.target)
            case Unlearn():
                self._surface.unlearn(request.target)
            case WriteSteps():
                self._writes_steps = request.on

    def look(self) -> None:
        """See which ports have come and gone, and keep what has changed."""
        for line in self._bay.look():
            self._tell(Notice(line))
        setup = MidiSetup(tuple(self._bay.wishes[Direction.IN]), tuple(self._bay.wishes[Direction.OUT]),
                          dict(self._surface.controls), replace(self._conductor.machine.midi, leader_bpm=None))
        if self._keeps and setup != self._kept:
            self._kept = setup
            if (problem := write_setup(self._file, setup)) is not None:
                self._tell(Notice(problem, urgent=True))

    def step(self) -> None:
        """Take in what has come, and steer."""
        for event in self._heard.drain():
            self._hear(event)
        heard = getattr(self._bay.ports, "heard", None)
        for event in heard() if heard is not None else ():
            self._outside.hear(event)
            self._hear(event)
        for command in self._surface.turned(self._conductor.machine):
            self._perform(command)
        self._write_steps()
        self._steer()

    def _hear(self, event: MidiEvent) -> None:
        obeyed = self._conductor.machine.midi.song_position[event.port]
        self._follower.hear(event.frame, event.port, event.message, obeyed)
        if event.message[0] in CLOCKS:
            return
        self._lively_frames, self._last = event.frame, event.message
        command, line = self._surface.hear(event.message)
        if line is not None:
            self._tell(Notice(line))
        if command is not None:
            wanted = toggled(command, self._conductor.machine)
            assert wanted is not None
            latches = isinstance(wanted, LatchEffect) and wanted.on
            self._perform(wanted, boundary=Boundary.STEP if latches else Boundary.NOW)
        if self._surface.record_pressed:
            self._surface.record_pressed = False
            self._try(self._record)

    def _write_steps(self) -> None:
        """Pads that were struck since the last time, into the pattern."""
        while self._conductor.hits:
            done = self._conductor.hits.popleft()
            written = None
            if self._writes_steps:
                velocity = (done.value >> 8) / 127.0
                written = written_step(self._conductor.machine, done.frame, done.value & 0xFF, velocity)
            if written is not None:
                self._perform(written[0], written[1])

    def _steer(self) -> None:
        conductor = self._conductor
        machine, at_frames = conductor.machine, conductor.earliest_frames
        if machine.playing:
            self._follower.continued_at(machine.resting_ticks // 240 * 240)
        steer = self._follower.steer(machine, conductor.now_frames, at_frames)
        if steer is not None and conductor.schedule.has_room:
            self._try(lambda: conductor.follow_up(steer, Boundary.NOW, at_frames))

    def _perform(self, command: Command, at_frames: int = 0, boundary: Boundary = Boundary.NOW) -> None:
        if self._conductor.schedule.has_room:
            self._try(lambda: self._conductor.perform(command, boundary, at_frames))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except TaoError as error:
            self._tell(Notice(str(error), urgent=True))


def _worded(message: bytes) -> str:
    """A message as the monitor shows it: note 36 channel 10 velocity 100."""
    if len(message) < 2:
        return ""
    kind, channel = message[0] & 0xF0, (message[0] & 0x0F) + 1
    names = {0x80: "note off", 0x90: "note", 0xB0: "controller"}
    if kind not in names or len(message) < 3:
        return message.hex(" ")
    return f"{names[kind]} {message[1]} channel {channel} value {message[2]}"
