"""The verbs `decompose` and `correct`, and `models`: what is installed, and what can be fetched."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.core.errors import TaoError, UsageError
from engine.core.pattern import TRACK_NAMES

TRANSCRIBER, SEPARATOR, EXTRACTOR = "tao", "tao", "solve"


@click.group(name="models", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """The transcribers, separators and extractors that are installed, Tao's own and others'."""
    if context.invoked_subcommand is not None:
        return
    from models import plugins

    for group in (plugins.TRANSCRIBERS, plugins.SEPARATORS, plugins.EXTRACTORS):
        for name, point in plugins.installed(group).items():
            kind, package = group.removeprefix("tao.").removesuffix("s"), point.dist.name if point.dist else "?"
            line = {"kind": kind, "name": name, "package": package}
            click.echo(json.dumps(line) if as_json else f"{kind:<12} {name:<20} {package}")


@models.command()
@click.argument("name")
def get(name: str) -> None:
    """Fetch the weights of a model that does not come with Tao (drumsep), check them, and print their file."""
    from models.weights.fetching import fetch, fetchable

    click.echo(fetch(fetchable(name), lambda line: click.echo(line, err=True)))


@click.command()
@click.argument("loops", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print each kit.json, one line a loop.")
@click.option("--beats", type=click.IntRange(1, 256), help="The loop's length in quarter notes, where you know it.")
@click.option("--free", is_flag=True, help="The file is no loop: cut whole bars out of it first.")
@click.option("--transcriber", default=TRANSCRIBER, show_default=True)
@click.option("--separator", default=SEPARATOR, show_default=True)
@click.option("--extractor", default=EXTRACTOR, show_default=True)
def decompose(loops: tuple[Path, ...], out: Path, as_json: bool, beats: int | None, free: bool,
              transcriber: str, separator: str, extractor: str) -> None:
    """Take LOOPS apart: kit.json, one-shots, stems, residual and pattern.mid. Several loops get a folder each."""
    from engine.library.audio_files import read_loop
    from models import plugins
    from models.decompose import Tools
    from models.hearing.loop_cut import cut_loop

    tools = Tools(plugins.transcriber(transcriber), plugins.separator(separator), plugins.extractor(extractor))
    failed: TaoError | None = None
    for loop in loops:
        try:
            recording = cut_loop(read_loop(loop), tools.transcriber) if free else read_loop(loop, beats)
            document = _decomposed(recording, loop, out if len(loops) == 1 else out / loop.stem, tools)
        except TaoError as error:
            if len(loops) == 1:
                raise
            _talk(f"tao: {loop.name}: {error}")
            failed = error
            continue
        if as_json:
            click.echo(json.dumps(document))
    if failed is not None:
        raise SystemExit(failed.exit_code)


def _decomposed(recording: Any, loop: Path, folder: Path, tools: Any) -> dict[str, Any]:
    """Decompose the Loop that was read from the file `loop` into `folder`; its kit.json."""
    from engine.library.kit_folder import write_folder
    from engine.library.kit_json import to_json
    from models.decompose import decompose as stages
    from models.storing import source_of, stored

    *_, last = stages(recording, tools, recording.sample_rate, lambda stage, _: _talk(f"{loop.name}: {stage}"))
    keep = stored(last, source_of(loop), tools)
    write_folder(folder, keep)
    _talk(f"{loop.name}: {last.bpm:.2f} BPM, {last.loop.beats} beats, match {last.match:.0%}, in {folder}")
    return to_json(keep)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--set", "to_set", multiple=True, metavar="TRACK:STEP=VELOCITY", help="Strike this step (from 0).")
@click.option("--clear", "to_clear", multiple=True, metavar="TRACK:STEP", help="Silence this step.")
@click.option("--rename", "to_rename", multiple=True, metavar="TRACK=ROLE", help="This track is another drum.")
def correct(folder: Path, to_set: tuple[str, ...], to_clear: tuple[str, ...], to_rename: tuple[str, ...]) -> None:
    """Put a decomposition FOLDER right and solve its kit again: --set kick:3=0.8 --clear snare:5 --rename hihat=ride.

    Steps are those of the new names: kick, snare, tom, hihat, ride, crash, perc 1, perc 2 ...
    """
    from engine.library.kit_folder import forget_tracks, read_folder, write_folder
    from models import plugins
    from models.correct import correct as solve_again
    from models.correct import edited
    from models.renaming import called
    from models.storing import opened, restored

    edits = tuple([_step_edit(text, True) for text in to_set] + [_step_edit(text, False) for text in to_clear])
    names = dict(_role(text) for text in to_rename)
    if not edits and not names:
        raise UsageError("Nothing to correct: name steps with --set TRACK:STEP=VELOCITY or --clear TRACK:STEP, or "
                         "drums with --rename TRACK=ROLE.")
    kept = read_folder(folder)
    before = called(opened(kept, kept.sample_rate), names)
    extractor = plugins.extractor(str(kept.made_by.get("extractor", EXTRACTOR)))
    after = solve_again(before, edited(before.pattern, edits), extractor)
    of_track = {names.get(name, name): unknown for name, unknown in kept.unknown_of_track.items()}
    write_folder(folder, restored(after, replace(kept, unknown_of_track=of_track)))
    forget_tracks(folder, names.keys() - {track.name for track in after.pattern.tracks})
    _talk(f"{folder}: match {before.match or 0.0:.1%} before, {after.match or 0.0:.1%} now")


def _step_edit(text: str, sounding: bool) -> Any:
    """TRACK:STEP or TRACK:STEP=VELOCITY as a StepEdit. Raises UsageError when it is not that."""
    from models.correct import StepEdit

    found = re.fullmatch(r"([^:=]+):(\d+)=(0?\.\d+|1|1\.0+)" if sounding else r"([^:=]+):(\d+)", text)
    velocity = float(found[3]) if found and sounding else None
    if found is None or velocity == 0.0:
        wanted = "TRACK:STEP=VELOCITY, as kick:3=0.8, velocity 0 to 1" if sounding else "TRACK:STEP, as snare:5"
        raise UsageError(f"{text!r} names no step; write {wanted}.")
    return StepEdit(found[1], int(found[2]), velocity)


def _role(text: str) -> tuple[str, str]:
    """TRACK=ROLE as both. Raises UsageError when it is not that, or no role."""
    track, _, role = text.partition("=")
    if not track or not (role in TRACK_NAMES or re.fullmatch(r"perc [1-9]\d?", role)):
        raise UsageError(f"{text!r} gives no track a role; write TRACK=ROLE, as hihat=ride. Roles: "
                         f"{', '.join(TRACK_NAMES)}, perc 1, perc 2 ...")
    return track, role


def _talk(text: str) -> None:
    """Say something to the person, not to the pipe."""
    click.echo(text, err=True)
