"""The engine put together: device, audio thread, machine, takes, worker, MIDI. `step` is one turn of all of them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from engine.audio.backend import Backend
from engine.audio.callback import clock_call
from engine.audio.devices import open_again
from engine.audio.failover import NO_DEVICE, NO_SOUND, FailoverDevice
from engine.audio.frame_clock import FrameClock
from engine.audio.host import Host
from engine.audio.settings import AUTO, EngineSettings
from engine.bridge.codec import Envelope
from engine.core.commands import Boundary, Play, SetTempo, Stop
from engine.core.errors import InvalidValue, UsageError
from engine.core.requests import Redo, Undo
from engine.core.snapshot import RecordState, Status
from engine.dsp.layout import MAX_FRAMES
from engine.dsp.processor import Processor
from engine.keeping.keeper import Keeper
from engine.keeping.set_keeper import SetKeeper, Surroundings
from engine.keeping.writing import Writing
from engine.library.index.places import Places
from engine.live.bank import SampleBank
from engine.live.browser import Browser
from engine.live.conductor import Conductor
from engine.live.exports import Exports
from engine.live.journal import Faded, Journal, Session
from engine.live.library import Library
from engine.live.notices import Notices
from engine.live.opening import Opening
from engine.live.pictures import Pictures
from engine.live.rack_watch import RackWatch
from engine.midi.control import MidiControl
from engine.midi.grid.control import GridControl
from engine.midi.open_ports import open_ports, system_of
from engine.rack.plugin import BYPASS, rack_called
from engine.rack.pyo_rack import CHUNK_FRAMES, PyoRack
from engine.server.requests import handlers
from engine.sessions.pruning import SizeWatch
from engine.sessions.restore import restore
from engine.sync.jack_transport import TransportControl, transport_commands
from engine.sync.link import LinkControl
from engine.takes.calibration import Calibration
from engine.takes.finished import FinishedTakes
from engine.takes.planner import Takes
from engine.takes.take_file import cut_off
from engine.worker.jobs import Jobs
from engine.worker.process import WorkerProcess

FADE_S = 0.05
MAX_AHEAD_S = 600.0  # what waits takes one of a few places, which others need


class Engine:
    """Everything but the sockets. `start` opens the device; the control thread calls the rest.

    Built in the order that keeps the start quiet: all that compiles or allocates comes before the device.
    """

    def __init__(self, settings: EngineSettings, backend: Backend, session_folder: Path, shared_folder: Path,
                 worker: WorkerProcess) -> None:
        rate, takes_folder = backend.sample_rate, Path(settings.takes_folder)
        self.notices, self._worker = Notices(), worker
        self.meters_path = shared_folder / "meters"
        processor = Processor(rate, MAX_FRAMES, settings.capture_s)
        self._rack = _rack(settings, backend)
        self.host = Host(processor, self._rack, shared_folder, settings.capture_s)
        _warm(rate)
        self._journal = Journal(session_folder, Session(rate, settings.effects, MAX_FRAMES))
        self.conductor = Conductor(processor, self.host, SampleBank(), self._journal, backend.block_frames,
                                   self.notices)
        self.calibration = Calibration(_path(settings.calibration_file), self.conductor, self.host, self.notices)
        self.jobs = Jobs(self.conductor, worker, shared_folder, takes_folder, self.notices, settings.methods)
        self._finished = FinishedTakes(self.conductor, self.jobs, self.notices)
        self.takes = Takes(self.conductor, self.host, takes_folder, self.latency_frames, self.notices, self._finished)
        self.notices.warn(*cut_off(takes_folder))
        self._sizes = SizeWatch(session_folder.parent)
        grid = GridControl(self.conductor, self.notices, {"record": self.takes.press, **self._history()},
                           lambda: self.takes.state is not RecordState.OFF, _own_note_maps(settings))
        self.midi = MidiControl(processor, self.conductor, _path(settings.midi_file), self.notices, self.takes.press,
                                grid)
        self._link = LinkControl(self.conductor, FrameClock(self.host, 0),
                                 lambda: self.backend.output_latency_frames(), self.notices, settings.link,
                                 self.midi.has_clock)
        self._transport = TransportControl(self.conductor, processor.memory["transport"], self.notices)
        self._library = _library(settings)
        self.browser = Browser(self.conductor, takes_folder.parent, self.notices, self._library)
        self._writing = Writing(shared_folder)
        self.keeper = Keeper(self.conductor, self.jobs, takes_folder, session_folder, self._writing, self.notices)
        resumed = Path(settings.resume) if settings.resume else None
        self.sets = SetKeeper(self.keeper, self.jobs, self._writing, Surroundings(
            session_folder, takes_folder, takes_folder.parent / "sets", self._journal.flush, self.midi.setup,
            self.midi.use), resumed, self.notices)
        self.opening = Opening(self.conductor, self.notices, partial(self.jobs.open_audio, beats=None),
                               self.jobs.load_folder)
        self.exports = Exports(self.conductor, shared_folder, takes_folder, self.notices, settings.job_stall_s)
        self.device = FailoverDevice(backend, partial(open_again, replace(settings, audio=backend.name)), self.host,
                                     self.notices, NO_DEVICE if settings.audio == AUTO else NO_SOUND)
        self._pictures = Pictures(self.conductor.bank)
        self._rack_watch = RackWatch(self.conductor, self.host, self.notices)
        for command in transport_commands(settings.transport, self.conductor.machine.midi.source):
            self.conductor.follow_up(command, Boundary.NOW)
        self._handlers = handlers(self)
        if resumed is not None:
            self._resume(resumed)
        self.quitting = False

    def start(self, on_lost: Callable[[str], None], wake: Callable[[], None]) -> None:
        """Open the device; `wake` is called from other threads when there is something to do. Raises DeviceNotFound."""
        self._wake = wake
        self.device.start(on_lost)
        self._open_midi()

    @property
    def backend(self) -> Backend:
        """The way to the audio device now."""
        return self.device.backend

    def latency_frames(self) -> int:
        """How much later than it was played a sound comes in."""
        return self.calibration.latency_frames(self.backend)

    def do(self, envelope: Envelope) -> None:
        """Carry out what a client asks for. Raises TaoError, and changes nothing, when it cannot be done."""
        handler = self._handlers.get(type(envelope.message))
        if handler is None:
            self._perform(envelope)
        else:
            handler(envelope.message, envelope.boundary)

    def step(self) -> bool:
        """Take in what the audio thread, MIDI and the worker have done, and send what is planned; whether to call again
        soon."""
        self.device.watch()
        if self.backend is not self._midi_of:
            self._open_midi()
        self.conductor.drain()
        for part in (self.midi, self._link, self._transport, self.calibration, self._rack_watch, self.takes, self.jobs,
                     self.browser, self.opening, self.exports, self.keeper, self.sets):
            part.step()
        self.conductor.look_ahead()
        sent = self.conductor.flush()
        return not sent or bool(self.conductor.schedule.pending) or self._busy

    def status(self) -> Status:
        """What clients see."""
        return Status(self.conductor.machine, self.backend.name, self.backend.device, self.host.sample_rate,
                      self.backend.block_frames, self.takes.state, self.takes.beats, self.jobs.status,
                      self.conductor.pending, self.notices.newest, self.device.banner, self.takes.setup,
                      self._transport.sync or self._link.sync or self.midi.sync, self.browser.sounds, self.midi.status,
                      self.jobs.readings,
                      self.sets.status, self.jobs.heard, self._pictures.of(self.conductor.machine),
                      self.jobs.candidates, self.jobs.orders.methods)

    def quit(self) -> None:
        """Ask the control thread to end the engine."""
        self.quitting = True

    def begin_fade(self) -> int:
        """Fade out over 50 ms, then stop the song, for those who follow our clock; the frame on which that is done."""
        at, frames = self.conductor.earliest_frames, round(FADE_S * self.host.sample_rate)
        self.host.fade_out(at, frames)
        self._journal.add(Faded(at, frames))
        if self.conductor.machine.playing:
            self.conductor.follow_up(Stop(), Boundary.NOW, at + frames)
        return at + frames + MAX_FRAMES

    def tidy(self) -> None:
        """Once a second: write the journal out, forget audio that nothing needs, look for MIDI ports."""
        self.notices.warn(self._journal.flush())
        self.notices.say(*filter(None, (self._journal.recovered(), self._sizes.sentence())))
        self._finished.save_again()
        self.conductor.retire_samples()
        self.midi.look()
        if self._library is not None:
            self._library.look()

    def close(self) -> None:
        """Stop the device, then everything else."""
        self.takes.close()
        self.midi.close()
        self._link.close()
        self._transport.close()
        self.device.close()
        self.conductor.drain()
        for part in (self.browser, self.opening, self.exports, self.keeper, self.sets):
            part.close()
        if self._library is not None:
            self._library.close()
        self._worker.stop()
        self._journal.close()
        if self._rack is not None:
            self._rack.close()

    @property
    def _busy(self) -> bool:
        """Whether something will happen soon without anybody asking."""
        return (self.takes.state is not RecordState.OFF or self.jobs.running or self.calibration.running
                or self.midi.lively or self.browser.waiting or self.opening.waiting)

    def _resume(self, session: Path) -> None:
        """Begin with what another session ended with."""
        restored = restore(session, self.host.sample_rate)
        for audio in restored.samples.values():
            self.conductor.keep(audio)
        self.conductor.take_up(restored.machines)
        self.keeper.return_to(session)
        self.notices.warn(*restored.problems)
        self.notices.say(f"{restored.machine.kit.name} is back as you left it. Space plays it from bar 1.")

    def _history(self) -> dict[str, Callable[[], object]]:
        """Undo and redo, for the grid controller."""
        return {name: partial(self.do, Envelope(message)) for name, message in (("undo", Undo()), ("redo", Redo()))}

    def _open_midi(self) -> None:
        self._midi_of = self.backend
        ports, problem = open_ports(self.backend, self.host, self._wake)
        self.midi.grid.use(system_of(self.backend), self._wake)
        self.midi.open(ports)
        self._link.use(FrameClock(self.host, 0))
        transport = getattr(self.backend, "transport", None)  # JACK's alone
        self._transport.use(transport() if transport is not None else None)
        if problem is not None:
            self.notices.say(problem)

    def _perform(self, envelope: Envelope) -> None:
        command: Any = envelope.message
        if self.takes.state is RecordState.RECORDING and isinstance(command, Play | SetTempo):
            raise InvalidValue("A take is being recorded. The tempo cannot change until it is complete.")
        if envelope.at_frames > self.conductor.now_frames + MAX_AHEAD_S * self.host.sample_rate:
            raise InvalidValue(f"A change is planned at most {MAX_AHEAD_S:g} s ahead. Send it again later.")
        if envelope.at_frames == 0 and self._transport.carries_out(command):
            return
        launch_frames = self._link.launch_frames() if isinstance(command, Play) else 0
        self.conductor.perform(command, envelope.boundary, envelope.at_frames or launch_frames)


def _rack(settings: EngineSettings, backend: Backend) -> PyoRack | None:
    """The effects; None where they are bypassed. Raises UsageError for a block size that they cannot have."""
    if settings.effects == BYPASS:
        return None
    if backend.block_frames % CHUNK_FRAMES:
        raise UsageError(f"{backend.device} asks for {backend.block_frames} frames at a time, but the effects need a "
                         f"multiple of {CHUNK_FRAMES}. Set the device to 64 or 128, or add --effects bypass.")
    return PyoRack(backend.sample_rate, rack_called(settings.effects))


def _library(settings: EngineSettings) -> Library | None:
    """The library of Tao's own folder and of those that the user added; None without an index."""
    if not settings.library_index:
        return None
    takes = Path(settings.takes_folder)
    return Library(Places(Path(settings.library_index), Path(settings.library_folders), (takes.parent,)), takes)


def _own_note_maps(settings: EngineSettings) -> Path | None:
    """The folder of the user's own note maps; None for an engine without settings of a user's."""
    return user_config_path("tao") / "controllers" if settings.midi_file else None


def _path(name: str) -> Path | None:
    return Path(name) if name else None


def _warm(sample_rate: int) -> None:
    """Render a second of blocks offline on memory of its own, so that nothing is called for the first time live."""
    scratch = Host(Processor(sample_rate, 256), None, None)
    call = clock_call()
    for start in range(0, sample_rate, 256):
        call(scratch.address, 256, start)
