"""The engine put together: device, audio thread, machine, studio. Built in the order that keeps the start quiet."""

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args

from engine.audio.backend import Backend
from engine.audio.callback import clock_call
from engine.audio.devices import open_again
from engine.audio.failover import FailoverDevice
from engine.audio.frame_clock import FrameClock
from engine.audio.host import Host
from engine.audio.settings import EngineSettings
from engine.bridge.codec import Envelope
from engine.core import requests as say
from engine.core.commands import Boundary, Play, SetTempo, Stop
from engine.core.errors import InvalidValue, UsageError
from engine.core.recording import Monitor
from engine.core.requests import Calibrate, CancelRecording, EndTake, MidiRequest, StartRecording, TakeRequest
from engine.core.snapshot import Notice, RecordState, Status
from engine.dsp.layout import MAX_FRAMES
from engine.dsp.processor import Processor
from engine.live.bank import SampleBank
from engine.live.browser import Browser
from engine.live.conductor import Conductor
from engine.live.journal import Faded, Journal, Session
from engine.live.rack_watch import RackWatch
from engine.midi.control import MidiDesk
from engine.midi.open_ports import open_ports
from engine.rack.plugin import BYPASS, rack_called
from engine.rack.pyo_rack import CHUNK_FRAMES, PyoRack
from engine.sessions.restore import restore
from engine.sync.link import LinkDesk
from engine.takes.calibration import Calibration
from engine.takes.finished import Studio
from engine.takes.planner import Takes
from engine.worker.jobs import Jobs
from engine.worker.process import Decomposer

FADE_S = 0.05


class Engine:
    """Everything but the sockets. `start` opens the device; the control thread calls the rest."""

    def __init__(self, settings: EngineSettings, backend: Backend, session_folder: Path, shared_folder: Path,
                 decomposer: Decomposer) -> None:
        self._decomposer = decomposer
        rate = backend.sample_rate
        if settings.effects != BYPASS and backend.block_frames % CHUNK_FRAMES:
            raise UsageError(f"{backend.device} asks for {backend.block_frames} frames at a time, and the effects take "
                             f"multiples of {CHUNK_FRAMES}. Set the device to 64 or 128, or add --effects bypass.")
        self.meters_path = shared_folder / "meters"
        processor = Processor(rate, MAX_FRAMES, settings.capture_s)
        self._rack = None if settings.effects == BYPASS else PyoRack(rate, rack_called(settings.effects))
        self.host = Host(processor, self._rack, shared_folder, settings.capture_s)
        _warm(rate)
        self._bank = SampleBank()
        self._journal = Journal(session_folder, Session(rate, settings.effects, MAX_FRAMES))
        self.conductor = Conductor(processor, self.host, self._bank, self._journal, backend.block_frames)
        self._notices: deque[Notice] = deque(maxlen=6)
        self.calibration = Calibration(Path(settings.calibration_file) if settings.calibration_file else None,
                                       self.conductor, self.host, self._notices.append)
        self.jobs = Jobs(self.conductor, decomposer, self._bank, self._journal, shared_folder, rate,
                         self._notices.append)
        self.takes = Takes(self.conductor, self.host, Path(settings.takes_folder), self.latency_frames,
                           self._notices.append)
        self._desk = MidiDesk(processor, self.conductor, Path(settings.midi_file) if settings.midi_file else None,
                              self._notices.append, self._press_record)
        self._link = LinkDesk(self.conductor, FrameClock(self.host, backend.block_frames), self._notices.append,
                              settings.link, self._desk.has_clock)
        self.studio = Studio(self.conductor, self.takes, self.jobs, self._bank, rate, self._notices.append)
        self.browser = Browser(self.conductor, self._bank, self._journal, Path(settings.takes_folder).parent, rate,
                               self._notices.append)
        self.device = FailoverDevice(backend, partial(open_again, settings), self.host, self._notices.append)
        self._rack_watch = RackWatch(self.conductor, self.host, self._notices.append)
        if settings.resume:
            self._take_up(Path(settings.resume))
        self.quitting = False

    def start(self, on_lost: Callable[[str], None], wake: Callable[[], None]) -> None:
        """Open the device; `wake` is called from other threads when there is something to do. Raises DeviceNotFound."""
        self._wake = wake
        self.device.start(on_lost)
        self._open_midi()

    @property
    def backend(self) -> Backend:
        """Who calls the engine now."""
        return self.device.backend

    def latency_frames(self) -> int:
        """How much later than it was played a sound comes in."""
        return self.calibration.latency_frames(self.backend)

    def do(self, envelope: Envelope) -> None:
        """Carry out what a face wants. Raises TaoError, and changes nothing, when that cannot be."""
        message = envelope.message
        match message:
            case say.Decompose():
                self.jobs.decompose()
            case say.Correct():
                self.jobs.correct()
            case say.CountAs():
                self.jobs.count_as(message.beats)
            case say.OpenAudio():
                self.jobs.open_audio(message.path, message.beats)
            case say.LoadFolder():
                self.jobs.load_folder(message.path)
            case say.CancelJob():
                self.jobs.cancel_job()
            case say.Undo():
                self.conductor.undo()
                self.jobs.was_undone()
            case say.Redo():
                self.conductor.redo()
            case say.BrowseSounds():
                self.browser.browse(message)
            case say.AuditionSound():
                self.browser.audition(message)
            case say.SwapSound():
                self.browser.swap(message, envelope.boundary)
            case say.SwapNextSound():
                self.browser.step(message.track, message.by, message.fit, envelope.boundary)
            case say.SwapKit():
                self.browser.swap_kit(message, envelope.boundary)
            case say.Quit():
                self.quitting = True
            case Calibrate():
                if self.takes.setup.monitor is Monitor.ON:
                    raise InvalidValue("The input is being monitored, which closes the loop; switch that off first.")
                self.calibration.begin(self.backend)
            case _ if isinstance(message, get_args(MidiRequest)):
                self._desk.do(message)
            case _ if isinstance(message, get_args(TakeRequest)):
                self.takes.do(message)
            case _:
                self._perform(envelope)

    def step(self) -> bool:
        """Hear the audio thread, move takes and jobs on, send what is planned; whether more is to come soon."""
        self.device.watch()
        if self.backend is not self._midi_of:
            self._open_midi()
        self.conductor.drain()
        self._desk.step()
        self._link.step()
        self.calibration.tick()
        self._rack_watch.tick()
        self.studio.tick()
        self.browser.tick()
        self.conductor.look_ahead()
        sent = self.conductor.flush()
        for complaint in self.conductor.complaints:
            self._notices.append(Notice(complaint, urgent=True))
        self.conductor.complaints.clear()
        soon = self.studio.waiting or self.calibration.running or self._desk.lively or self.browser.waiting
        return not sent or bool(self.conductor.schedule.pending) or soon

    def hear_worker(self) -> None:
        """Take what the worker has said."""
        for message in self._decomposer.read():
            self.jobs.hear(message)

    def tell(self, text: str) -> None:
        """One line for the musician."""
        self._notices.append(Notice(text))

    def status(self) -> Status:
        """What faces are told."""
        return Status(self.conductor.machine, self.backend.name, self.backend.device, self.host.sample_rate,
                      self.backend.block_frames, self.takes.state, self.takes.beats, self.jobs.job,
                      self.conductor.pending, tuple(self._notices), self.device.banner, self.takes.setup,
                      self._link.sync or self._desk.sync, self.browser.sounds, self._desk.status,
                      self.jobs.readings)

    def begin_fade(self) -> int:
        """Fade out over 50 ms, then stop, for who follows our clock; the frame on which all of that is done."""
        at, frames = self.conductor.earliest_frames, round(FADE_S * self.host.sample_rate)
        self.host.fade_out(at, frames)
        self._journal.add(Faded(at, frames))
        if self.conductor.machine.playing:
            self.conductor.follow_up(Stop(), Boundary.NOW, at + frames)
        return at + frames + MAX_FRAMES

    def tidy(self) -> None:
        """What can wait: write the journal out, let go of audio."""
        self._journal.flush()
        self.conductor.retire_samples()
        self._desk.look()

    def close(self) -> None:
        """Stop the device, then everything else."""
        self.takes.close()
        self._desk.close()
        self._link.close()
        self.device.close()
        self.conductor.drain()
        self.browser.close()
        self._decomposer.stop()
        self._journal.close()
        if self._rack is not None:
            self._rack.close()

    def _take_up(self, session: Path) -> None:
        """Begin with what another session ended with."""
        recalled = restore(session, self.host.sample_rate)
        for audio in recalled.samples.values():
            self.jobs.save_sample(self._bank.add(audio))
        self.conductor.take_up(recalled.machines)
        self.tell(f"{recalled.machine.kit.name} is back as it was; space plays it from bar 1.")

    def _open_midi(self) -> None:
        self._midi_of = self.backend
        ports, problem = open_ports(self.backend, self.host, self._wake)
        self._desk.open(ports)
        self._link.use(FrameClock(self.host, self.backend.block_frames))
        if problem is not None:
            self.tell(problem)

    def _press_record(self) -> None:
        """The foot switch: begin a take, end one that runs, forget one that is armed."""
        requests = {RecordState.OFF: StartRecording(self.takes.beats), RecordState.ARMED: CancelRecording()}
        self.takes.do(requests.get(self.takes.state, EndTake()))

    def _perform(self, envelope: Envelope) -> None:
        message: Any = envelope.message
        playing_take = self.takes.state.value == "recording"
        if playing_take and isinstance(message, Play | SetTempo):
            raise InvalidValue("A take is being recorded; its tempo stays until it is complete.")
        launch_frames = self._link.launch_frames() if isinstance(message, Play) else 0
        self.conductor.perform(message, envelope.boundary, envelope.at_frames or launch_frames)


def _warm(sample_rate: int) -> None:
    """Render a second of blocks offline on memory of its own: nothing is called for the first time live."""
    scratch = Host(Processor(sample_rate, 256), None, None)
    call = clock_call()
    for start in range(0, sample_rate, 256):
        call(scratch.address, 256, start)
