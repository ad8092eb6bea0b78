"""Who carries out what a client asks for, beyond the commands, which all go to the conductor."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.bridge import messages, take_messages
from engine.core import desk_requests
from engine.core.commands import Boundary
from engine.core.errors import InvalidValue
from engine.core.recording import Monitor
from engine.live.browser import Browser
from engine.live.conductor import Conductor
from engine.midi.control import MidiControl
from engine.takes.planner import Takes
from engine.worker.jobs import Jobs

if TYPE_CHECKING:
    from engine.server.engine import Engine

Handler = Callable[[Any, Boundary], object]


def handlers(engine: "Engine") -> Mapping[type, Handler]:
    """For each type of request, what to do with one and the boundary that it came with."""
    return {
        messages.Quit: lambda request, boundary: engine.quit(),
        take_messages.Calibrate: lambda request, boundary: _calibrate(engine),
        **_about_jobs(engine.jobs, engine.conductor),
        **_about_sounds(engine.browser),
        **_about_takes(engine.takes),
        **_about_midi(engine.midi),
    }


def _about_jobs(jobs: Jobs, conductor: Conductor) -> dict[type, Handler]:
    def undo(request: messages.Undo, boundary: Boundary) -> None:
        conductor.undo()
        jobs.was_undone()

    return {
        messages.Decompose: lambda request, boundary: jobs.decompose(),
        messages.Correct: lambda request, boundary: jobs.correct(),
        messages.CountAs: lambda request, boundary: jobs.count_as(request.beats),
        messages.OpenAudio: lambda request, boundary: jobs.open_audio(request.path, request.beats),
        messages.LoadFolder: lambda request, boundary: jobs.load_folder(request.path),
        messages.CancelJob: lambda request, boundary: jobs.cancel(),
        messages.Undo: undo,
        messages.Redo: lambda request, boundary: conductor.redo(),
    }


def _about_sounds(browser: Browser) -> dict[type, Handler]:
    return {
        messages.Browse: lambda request, boundary: browser.browse(request),
        messages.Audit: lambda request, boundary: browser.audition(request),
        messages.Swap: browser.swap,
        messages.SwapNext: browser.swap_next,
        messages.SwapKit: browser.swap_kit,
    }


def _about_takes(takes: Takes) -> dict[type, Handler]:
    return {
        take_messages.StartRecording: lambda request, boundary: takes.start(request.beats),
        take_messages.StartFreeTake: lambda request, boundary: takes.start(None),
        take_messages.EndTake: lambda request, boundary: takes.end(),
        take_messages.CancelRecording: lambda request, boundary: takes.cancel(),
        take_messages.CaptureLast: lambda request, boundary: takes.capture_last(request.beats),
        take_messages.Overdub: lambda request, boundary: takes.overdub(),
        take_messages.Resample: lambda request, boundary: takes.resample(request.source, request.beats),
        take_messages.Hold: lambda request, boundary: takes.hold(request.beats),
        take_messages.SetRecording: lambda request, boundary: takes.set_up(request.setup),
    }


def _about_midi(midi: MidiControl) -> dict[type, Handler]:
    return {
        desk_requests.ConnectMidi: lambda request, boundary: midi.connect(request),
        desk_requests.Learn: lambda request, boundary: midi.learn(request.target),
        desk_requests.Unlearn: lambda request, boundary: midi.unlearn(request.target),
        desk_requests.WriteSteps: lambda request, boundary: midi.write_steps(request.on),
    }


def _calibrate(engine: "Engine") -> None:
    if engine.takes.setup.monitor is Monitor.ON:
        raise InvalidValue("Input monitoring is on, which would feed the clicks back. Switch it off first.")
    engine.calibration.begin(engine.backend)
