"""Who carries out what a client asks for, beyond the commands, which all go to the conductor."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.core import requests
from engine.core.commands import Boundary
from engine.core.errors import InvalidValue
from engine.core.recording import Monitor
from engine.keeping.keeper import Keeper
from engine.keeping.set_keeper import SetKeeper
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
        requests.Quit: lambda request, boundary: engine.quit(),
        requests.Calibrate: lambda request, boundary: _calibrate(engine),
        **_about_jobs(engine.jobs, engine.conductor),
        **_about_sounds(engine.browser, engine.jobs),
        requests.OpenFile: lambda request, boundary: engine.opening.open(request),
        requests.ExportKit: lambda request, boundary: engine.exports.begin(request),
        **_about_takes(engine.takes),
        **_about_midi(engine.midi),
        **_about_saving(engine.keeper, engine.sets),
    }


def _about_jobs(jobs: Jobs, conductor: Conductor) -> dict[type, Handler]:
    def undo(request: requests.Undo, boundary: Boundary) -> None:
        conductor.undo()
        jobs.was_undone()

    return {
        requests.Decompose: lambda request, boundary: jobs.decompose(),
        requests.Correct: lambda request, boundary: jobs.correct(),
        requests.ChooseReading: lambda request, boundary: jobs.choose_reading(request.number),
        requests.ChooseMethod: lambda request, boundary: jobs.orders.choose_method(request.kind, request.name),
        requests.CountAs: lambda request, boundary: jobs.count_as(request.beats, request.time_signature),
        requests.OpenAudio: lambda request, boundary: jobs.open_audio(request.path, request.beats),
        requests.LoadFolder: lambda request, boundary: jobs.load_folder(request.path),
        requests.CancelJob: lambda request, boundary: jobs.cancel(),
        requests.Undo: undo,
        requests.Redo: lambda request, boundary: conductor.redo(),
    }


def _about_saving(keeper: Keeper, sets: SetKeeper) -> dict[type, Handler]:
    return {
        requests.SaveKit: lambda request, boundary: keeper.save(request.name),
        requests.New: lambda request, boundary: keeper.clear(boundary),
        requests.SaveSet: lambda request, boundary: sets.save(request.name),
        requests.OpenSet: lambda request, boundary: sets.open(request.path),
    }


def _about_sounds(browser: Browser, jobs: Jobs) -> dict[type, Handler]:
    return {
        requests.BrowseSounds: lambda request, boundary: browser.browse(request),
        requests.AuditionSound: lambda request, boundary: browser.audition(request),
        requests.SwapSound: browser.swap,
        requests.SwapNextSound: browser.swap_next,
        requests.SwapKit: browser.swap_kit,
        requests.LoadFoundKit: lambda request, boundary: jobs.load_folder(str(browser.kit_folder(request.place))),
    }


def _about_takes(takes: Takes) -> dict[type, Handler]:
    return {
        requests.StartRecording: lambda request, boundary: takes.start(request.beats),
        requests.StartFreeTake: lambda request, boundary: takes.start(None),
        requests.EndTake: lambda request, boundary: takes.end(),
        requests.CancelRecording: lambda request, boundary: takes.cancel(),
        requests.CaptureLast: lambda request, boundary: takes.capture_last(request.beats),
        requests.Overdub: lambda request, boundary: takes.overdub(),
        requests.Resample: lambda request, boundary: takes.resample(request.source, request.beats),
        requests.Hold: lambda request, boundary: takes.hold(request.beats),
        requests.SetRecording: lambda request, boundary: takes.set_up(request.setup),
    }


def _about_midi(midi: MidiControl) -> dict[type, Handler]:
    return {
        requests.ChooseGrid: lambda request, boundary: midi.grid.choose(request.name),
        requests.ConnectMidi: lambda request, boundary: midi.connect(request),
        requests.Learn: lambda request, boundary: midi.learn(request.target),
        requests.Unlearn: lambda request, boundary: midi.unlearn(request.target),
        requests.WriteSteps: lambda request, boundary: midi.write_steps(request.on),
    }


def _calibrate(engine: "Engine") -> None:
    if engine.takes.setup.monitor is Monitor.ON:
        raise InvalidValue("Input monitoring is on, which would feed the clicks back. Switch it off first.")
    engine.calibration.begin(engine.backend)
