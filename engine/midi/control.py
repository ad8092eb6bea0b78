"""MIDI on the control thread: clocks to follow, pads recorded as steps, learned controllers, ports by name."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.core.commands import Boundary, Command, Crossbreed, LatchEffect, SetMidi
from engine.core.errors import InvalidValue, TaoError
from engine.core.midi import MidiSetup
from engine.core.midi_bytes import FIRST_REALTIME, SIXTEENTH_TICKS
from engine.core.requests import ConnectMidi, Direction
from engine.core.snapshot import MidiStatus, Sync
from engine.dsp.midi_ring import MidiEvent, MidiRing
from engine.dsp.processor import Processor
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.midi.controller_map import ControllerMap, read_setup, toggled, write_setup
from engine.midi.grid.control import GridControl
from engine.midi.parsing import worded
from engine.midi.patchbay import COUNTS, MidiPorts, NoMidiPorts, Patchbay
from engine.midi.rtmidi_input import RtMidiInput
from engine.midi.step_recording import written_step
from engine.sync.clock_follower import ClockFollower

LIVELY_S = 1.0
KEPT_MESSAGES = 12


class MidiControl:
    """The control thread calls `step` on every turn and `look` once a second; nothing here waits.

    file: where the setup is kept; record: called when the foot switch goes down; grid: the grid controller.
    """

    def __init__(self, processor: Processor, conductor: Conductor, file: Path | None, notices: Notices,
                 record: Callable[[], None], grid: GridControl) -> None:
        self._conductor, self._rate = conductor, processor.sample_rate
        self._file, self._notices, self._record, self.grid = file, notices, record, grid
        self._counts, self._lost = processor.memory["state"], 0
        self._heard = MidiRing(processor.memory["midi_received"])
        self._rtmidi = RtMidiInput(conductor, notices)
        self._follower = ClockFollower(processor.sample_rate)
        setup, problem = read_setup(file)
        notices.warn(problem)
        self._map = ControllerMap(setup.controls)
        self._choose_grid(setup.grid)
        self._bay = Patchbay(NoMidiPorts(), setup.inputs, setup.outputs)
        self._received: Callable[[], list[MidiEvent]] = list  # from ports that bypass the audio thread
        self._kept = setup
        self._keeps = problem is None
        self._lively_frames = -1 << 40
        self._last = b""
        self._recent: deque[str] = deque(maxlen=KEPT_MESSAGES)
        self._writes_steps = False
        if setup.midi != conductor.machine.midi:
            conductor.follow_up(SetMidi(setup.midi), Boundary.NOW)

    @property
    def lively(self) -> bool:
        """Whether somebody is playing a controller, and wants to be answered quickly."""
        return self._conductor.now_frames - self._lively_frames < LIVELY_S * self._rate

    def has_clock(self) -> bool:
        """Whether a MIDI clock comes in, or did until a moment ago."""
        return self._follower.leads(self._conductor.now_frames)

    @property
    def sync(self) -> Sync:
        """The clock that is followed, as shown to the musician."""
        return self._follower.status(self._conductor.machine, self._conductor.now_frames)

    @property
    def status(self) -> MidiStatus:
        """What clients see of the MIDI setup."""
        bay, controllers = self._bay, self._map
        return MidiStatus(
            tuple(bay.chosen[Direction.IN]), tuple(bay.chosen[Direction.OUT]), tuple(bay.joined[Direction.IN]),
            tuple(bay.joined[Direction.OUT]), tuple(bay.others[Direction.IN]), tuple(bay.others[Direction.OUT]),
            controllers.controls, controllers.learning, self._writes_steps, worded(self._last), self.grid.status,
            tuple(self._recent))

    def open(self, ports: MidiPorts) -> None:
        """Use these ports from now on; close those before."""
        self._bay.ports.close()
        self._bay.ports = ports
        self._received = getattr(ports, "received", list)
        self.look()

    def close(self) -> None:
        """Close the ports."""
        self.grid.close()
        self._bay.ports.close()

    def connect(self, request: ConnectMidi) -> None:
        """Connect one of Tao's ports to another by name. Raises InvalidValue for a port that Tao does not have."""
        count = COUNTS[request.direction]
        if not 1 <= request.number <= count:
            raise InvalidValue(f"Tao has {count} MIDI ports {request.direction.value}, not {request.number}.")
        self._notices.say(*self._bay.choose(request.direction, request.number - 1, request.name))

    def learn(self, target: str | None) -> None:
        """Give `target` to the next controller that moves; None: stop waiting. Raises InvalidValue."""
        self._map.learn(target)

    def unlearn(self, target: str) -> None:
        """Forget what moves `target`. Raises InvalidValue."""
        self._map.unlearn(target)

    def write_steps(self, on: bool) -> None:
        """Record pads into the pattern, or no longer."""
        self._writes_steps = on

    def look(self) -> None:
        """See which ports have come and gone and whether messages were lost, and save what has changed."""
        self._notices.say(*self._bay.look())
        self.grid.look(self._bay)
        lost, self._lost = int(self._counts["midi_lost"]) - self._lost, int(self._counts["midi_lost"])
        if lost:
            self._notices.warn(f"{lost} MIDI messages were lost: too many came at once. Send fewer to Tao, or fewer "
                               "tracks to other instruments.")
        setup = self.setup()
        if self._keeps and setup != self._kept:
            self._kept = setup
            self._notices.warn(write_setup(self._file, setup))

    def setup(self) -> MidiSetup:
        """Connections, learned controllers and MIDI settings as they are now."""
        return MidiSetup(tuple(self._bay.chosen[Direction.IN]), tuple(self._bay.chosen[Direction.OUT]),
                         dict(self._map.controls), replace(self._conductor.machine.midi, leader_bpm=None),
                         self.grid.chosen)

    def use(self, setup: MidiSetup, file: Path) -> None:
        """Take over the setup of a set; what is changed from now on is kept in its file."""
        self._file, self._kept, self._keeps = file, setup, True
        self._map = ControllerMap(setup.controls)
        self._choose_grid(setup.grid)
        for direction, names in ((Direction.IN, setup.inputs), (Direction.OUT, setup.outputs)):
            for number, name in enumerate(names[: COUNTS[direction]]):
                self._notices.say(*self._bay.choose(direction, number, name))
        self._conductor.follow_up(SetMidi(setup.midi), Boundary.NOW)

    def step(self) -> None:
        """Act on what has come in, and steer."""
        for event in self._heard.drain():
            self._hear(event)
        for event in self._received():
            self._rtmidi.hear(event)
            self._hear(event)
        for command in self._map.turned(self._conductor.machine):
            self._perform(command, boundary=Boundary.BAR if isinstance(command, Crossbreed) else Boundary.NOW)
        self._write_steps()
        self.grid.step()
        self._steer()

    def _choose_grid(self, name: str) -> None:
        """Choose the grid controller of a setup; a note map that is no longer there is a notice."""
        self._try(lambda: self.grid.choose(name))

    def _hear(self, event: MidiEvent) -> None:
        obeyed = self._conductor.machine.midi.song_position[event.port]
        self._follower.hear(event.frame, event.port, event.message, obeyed)
        if event.message[0] >= FIRST_REALTIME:
            return
        self._lively_frames, self._last = event.frame, event.message
        if (words := worded(event.message)):
            self._recent.appendleft(f"in {event.port + 1}  {words}")
        command, sentence = self._map.hear(event.message)
        if sentence is not None:
            self._notices.say(sentence)
        if command is not None:
            wanted = toggled(command, self._conductor.machine)
            assert wanted is not None
            latches = isinstance(wanted, LatchEffect) and wanted.on
            self._perform(wanted, boundary=Boundary.STEP if latches else Boundary.NOW)
        if self._map.record_pressed:
            self._map.record_pressed = False
            self._try(self._record)

    def _write_steps(self) -> None:
        """Record the pads that were hit since the last turn."""
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
            self._follower.continued_at(machine.resting_ticks // SIXTEENTH_TICKS * SIXTEENTH_TICKS)
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
            self._notices.warn(str(error))

