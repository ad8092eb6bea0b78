"""The verbs about this computer's sound and what was played on it: devices, doctor, calibrate, sessions."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.core.errors import DeviceNotFound, TaoError

if TYPE_CHECKING:  # the command line answers -h without loading the engine
    from engine.audio.settings import EngineSettings

CALIBRATION_S = 15.0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def devices(as_json: bool) -> None:
    """List the audio devices on this computer."""
    from engine.audio.devices import list_devices

    for found in list_devices():
        if as_json:
            click.echo(json.dumps({name: getattr(found, name) for name in found.__slots__}))
        else:
            ports = f"{found.inputs:>3} in {found.outputs:>3} out"
            click.echo(f"{found.audio:<10}{ports}  {found.sample_rate:>6} Hz  {found.name}")


def sessions_verb(folder: Callable[[], Path]) -> click.Command:
    """The verb `sessions`. folder: where they are."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
    @click.option("--prune", metavar="SIZE", help="List the oldest sessions, all but the newest that fit in SIZE, such "
                  "as 2GB, and ask before deleting them.")
    def sessions(as_json: bool, prune: str | None) -> None:
        """List recorded sessions, newest first. `resume` continues one; `render` makes a WAV file of it.

        Tao never deletes a session unless you ask for it with --prune. Takes are kept elsewhere.
        """
        from engine.sessions.listing import list_sessions

        if prune is not None:
            return prune_sessions(folder(), prune)
        for kept in list_sessions(folder()):
            fields = {name: getattr(kept, name) for name in kept.__slots__}
            click.echo(json.dumps({**fields, "folder": str(kept.folder)}) if as_json else kept.line())
            if kept.problem:
                click.echo(f"tao: {kept.problem}", err=True)

    return sessions


def prune_sessions(folder: Path, size: str) -> None:
    """Delete the oldest sessions until the others fit in `size`, if the user says so. Raises UsageError."""
    from engine.sessions.pruning import bytes_of, removable, words_for

    found = removable(folder, bytes_of(size))
    for session, taken in found:
        click.echo(f"{session.name:<24} {words_for(taken)}")
    total = words_for(sum(taken for _, taken in found))
    if not found:
        click.echo("Nothing needs to go.", err=True)
    elif click.confirm(f"Delete {len(found)} sessions, {total}, for good?", err=True):
        for session, _ in found:
            shutil.rmtree(session)
        click.echo(f"Deleted {len(found)} sessions.", err=True)


def doctor_verb(data: Callable[[], Path], weights: Callable[[], Iterable[tuple[str, str | None]]]) -> click.Command:
    """The verb `doctor`. data: where Tao's folder is; weights: (name, fault or None) of each that ships."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
    def doctor(as_json: bool) -> None:
        """Check that this computer is ready to perform.

        One line for each check: pass, or FAIL with how to fix it.
        """
        from engine.server.doctor import checks, shipped_weights

        ready = True
        for check in (*checks(data(), os.environ), *map(shipped_weights, weights())):
            click.echo(json.dumps({name: getattr(check, name) for name in check.__slots__}) if as_json
                       else check.line())
            ready = ready and check.passed
        if not ready:
            raise SystemExit(1)

    return doctor


@click.command("compile")
def compile_verb() -> None:
    """Compile the audio engine. Setting up does this; Tao also does it itself when needed."""
    from engine.server.compile import main

    if code := main():
        raise SystemExit(code)


def calibrate_verb(settings: "Callable[[dict[str, Any]], EngineSettings]") -> click.Command:
    """The verb `calibrate`. settings: the engine's, from the options before the verb."""

    @click.command()
    @click.pass_context
    def calibrate(context: click.Context) -> None:
        """Measure the round-trip latency of the audio device.

        Takes then line up with what you heard. Name the device with --audio and --device before the verb, and first
        connect one of its outputs to an input, with a cable or in JACK.
        """
        click.echo(measure_loopback(settings(context.parent.params if context.parent else {})))

    return calibrate


def measure_loopback(settings: "EngineSettings") -> str:
    """Calibrate the running engine, or one started for it; what it found. Raises TaoError."""
    from engine.bridge.client import EngineClient
    from engine.core.requests import Calibrate
    from engine.server.compile import shown
    from engine.server.launch import find_engine, start_engine

    running = find_engine()
    no_loopback = DeviceNotFound("The null backend has no loopback to measure. Start a JACK server or plug a device "
                                 "in, and name it before the verb: --audio jack or --audio portaudio.")
    if running is None and settings.audio == "null":
        raise no_loopback
    with shown() as progress:
        client = EngineClient(running or start_engine(settings, progress))
    try:
        if running is None and client.snapshot().status.backend == "null":
            raise no_loopback
        known = client.snapshot().status.notices
        client.ask(Calibrate())
        client.wait(lambda snapshot: snapshot.status.notices != known, CALIBRATION_S)
        news = client.snapshot().status.notices
        if news == known or news[-1].urgent:
            raise TaoError(news[-1].text if news != known else "The engine did not finish measuring. Try again.")
        return news[-1].text
    finally:
        if running is None:
            client.quit()
        client.close()
