"""The verbs `decompose` and `correct`, and `models`: what is installed, and what can be fetched."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from engine.core.errors import UsageError
from engine.core.methods import ABOUT, GROUPS, USUAL, installed
from engine.core.pattern import TRACK_NAMES
from engine.core.time_signature import Quarters
from engine.core.timeline import MAX_BPM, MIN_BPM
from models.parameter_types import Beats, Meter, Number

_CHOICES = "NAME, or NAME:ARGUMENT; `models` lists what is installed."


def reading_options(verb: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how a loop is read."""
    for option in reversed((
            click.option("--beats", type=Beats(), help="The loop's length in quarter notes, such as 8 or 3.5."),
            click.option("--meter", type=Meter(), help="The loop's metre, such as 3/4 or 7/8."),
            click.option("--bpm", type=Number(MIN_BPM, MAX_BPM), help="The loop's tempo, within 2 %."))):
        verb = option(verb)
    return verb


@click.group(name="models", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per plugin.")
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List the installed transcribers, separators and extractors."""
    if context.invoked_subcommand is not None:
        return
    for kind, group in GROUPS.items():
        for name, point in installed(group).items():
            package, about = point.dist.name if point.dist else "?", ABOUT[kind].get(name, "")
            line = {"kind": kind, "name": name, "package": package, "about": about}
            click.echo(json.dumps(line) if as_json else f"{kind:<12} {name:<16} {package:<10} {about}".rstrip())


@models.command()
@click.argument("name")
def get(name: str) -> None:
    """Download weights that do not come with Tao.

    NAME is drumsep. The file is verified and its path printed.
    """
    from models.weights.fetching import fetch, find_fetchable

    click.echo(fetch(find_fetchable(name), lambda line: click.echo(line, err=True)))


@click.command()
@click.argument("loops", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path),
              help="The folder to write; several loops get a subfolder each.")
@click.option("--overwrite", is_flag=True, help="Replace what is in the folder. Files that Tao did not write stay.")
@click.option("--json", "as_json", is_flag=True, help="Print each kit.json, one line per loop.")
@click.option("--report", is_flag=True, help="Write report.html, too: everything found, to see and to hear.")
@reading_options
@click.option("--free", is_flag=True, help="The file is a recording that holds a loop somewhere: find it.")
@click.option("--transcriber", default=USUAL.transcriber, show_default=True, help=f"Finds the hits. {_CHOICES}")
@click.option("--separator", default=USUAL.separator, show_default=True, help=f"Makes a stem per drum. {_CHOICES}")
@click.option("--extractor", default=USUAL.extractor, show_default=True, help=f"Makes the one-shots. {_CHOICES}")
@click.option("--files-from", "listed", metavar="LIST", help="Decompose the files in this list, too; - is stdin.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="How many loops at once. Default: one for each core.")
@click.option("--cluster", metavar="ADDRESS", help="Let a Ray cluster do it: auto, HOST:PORT or ray://HOST:PORT.")
def decompose(loops: tuple[Path, ...], out: Path, overwrite: bool, as_json: bool, report: bool, listed: str | None,
              jobs: int | None, cluster: str | None, **asked: Any) -> None:
    """Decompose LOOPS into kit.json, one-shots, stems, a residual and pattern.mid.

    LOOPS are files, and folders with all that is in them. Nothing is overwritten unless you ask for it, and LOOPS never
    are. The same command again goes on where it was stopped: it skips what is done and tries the rest.
    """
    from models.batch.settings import Settings

    settings = Settings(**asked)
    if not loops and listed is None:
        raise click.UsageError("Missing argument 'LOOPS...'.")
    if len(loops) == 1 and listed is None and cluster is None and not loops[0].is_dir():
        _decompose_one(loops[0], out, settings, overwrite, as_json, report)
        return
    from models.batch.run import Batch, run

    run(Batch(loops, out, settings, listed, overwrite, as_json, jobs, cluster, report))


def _decompose_one(loop: Path, out: Path, settings: Any, overwrite: bool, as_json: bool, with_report: bool) -> None:
    """Decompose one file into the folder `out`, in this process and with all its cores."""
    from engine.library.kits.kit_folder import write_folder, write_new_folder
    from engine.library.outputs import check_folder, check_inputs_stay
    from engine.library.report.page import doubts, write_report
    from models import plugins

    check_inputs_stay([out], [loop])
    check_folder(out, overwrite)
    with plugins.loading("The decomposition"):
        from models.batch.one_file import decomposed, tools_for, words_about
        from models.batch.progress import printable, shown_stages

    with shown_stages(printable(Path(loop.name))) as report:
        kit = decomposed(loop, settings, tools_for(settings), report)
    folder = out
    if overwrite:
        write_folder(folder, kit)
    else:
        folder = write_new_folder(folder, kit)
    _talk(f"{loop.name}: {words_about(kit)}, in {folder}")
    for doubt in doubts(kit):
        _talk(f"{loop.name}: {doubt}")
    if with_report:
        _talk(f"{loop.name}: see and hear it in {write_report(folder, kit)}")
    if as_json:
        click.echo(json.dumps(json.loads((folder / "kit.json").read_text())))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--set", "to_set", multiple=True, metavar="TRACK:STEP=VELOCITY",
              help="Set a step, counted from 1, to a velocity above 0 and up to 1.")
@click.option("--clear", "to_clear", multiple=True, metavar="TRACK:STEP", help="Clear a step.")
@click.option("--rename", "to_rename", multiple=True, metavar="TRACK[=DRUM]",
              help="This track is another drum; without =DRUM, its second-best name.")
@click.option("--bring-back", "to_bring_back", multiple=True, metavar="TRACK",
              help="Bring back the soft hits that were left out on this track.")
@reading_options
def correct(folder: Path, to_set: tuple[str, ...], to_clear: tuple[str, ...], to_rename: tuple[str, ...],
            to_bring_back: tuple[str, ...], beats: Quarters | None, meter: str | None, bpm: float | None) -> None:
    """Correct the steps or drum names of a decomposition FOLDER and solve its kit again.

    Example: --set kick:4=0.8 --clear snare:6 --rename hihat=ride. Use the new names for steps. The drums are kick,
    snare, tom, hihat, ride, crash, perc 1, perc 2 ... With --beats, --meter or --bpm the whole recording is decomposed
    again, read that way, and steps that you have set are lost. Without options it says what else each track may be, and
    how many soft hits were left out.
    """
    from engine.library.kits.kit_folder import read_folder, write_folder
    from models import plugins

    with plugins.loading("The correction"):
        from models.batch.one_file import wished, words_about
        from models.correct import correct as solve_again
        from models.correct import edited, renamed, with_candidates
        from models.rereading import read_again
        from models.storing import opened, restored

    edits = tuple([_step_edit(text, True) for text in to_set] + [_step_edit(text, False) for text in to_clear])
    for text in to_rename:
        if "=" in text:
            _new_name(text, {})
    again = (beats, meter, bpm) != (None, None, None)
    nothing = not edits and not to_rename and not to_bring_back and not again
    if nothing and not (folder / "kit.json").is_file():
        raise UsageError(_NOTHING)
    kept = read_folder(folder)
    if nothing:
        raise UsageError(_NOTHING + _candidates_in_words(kept))
    if again:
        kept = read_again(kept, wished(beats, meter, bpm))
        _talk(f"{folder}: {words_about(kept)}")
        if not edits and not to_rename and not to_bring_back:
            write_folder(folder, kept)
            return
    names = dict(_new_name(text, kept.second_names) for text in to_rename)
    before = renamed(opened(kept, kept.sample_rate), names)
    wanted = edited(before.pattern, edits)
    for track in to_bring_back:
        wanted = with_candidates(before, track, wanted)
    extractor = plugins.extractor(str(kept.made_by.get("extractor", USUAL.extractor)))
    after = solve_again(before, wanted, extractor)
    of_track = {names.get(name, name): unknown for name, unknown in kept.unknown_of_track.items()}
    write_folder(folder, restored(after, replace(kept, unknown_of_track=of_track)))
    _talk(f"{folder}: match {before.match or 0.0:.1%} before, {after.match or 0.0:.1%} now")


_NOTHING = ("Nothing to correct. Name steps with --set TRACK:STEP=VELOCITY or --clear TRACK:STEP, drums with --rename "
            "TRACK=DRUM, or another reading with --beats, --meter or --bpm.")


def _step_edit(text: str, sounding: bool) -> Any:
    """TRACK:STEP or TRACK:STEP=VELOCITY as a StepEdit. Raises UsageError for anything else."""
    from models.correct import StepEdit

    found = re.fullmatch(r"([^:=]+):(\d+)=(0?\.\d+|1|1\.0+)" if sounding else r"([^:=]+):(\d+)", text)
    velocity = float(found[3]) if found and sounding else None
    if found is None or velocity == 0.0 or int(found[2]) < 1:
        wanted = ("TRACK:STEP=VELOCITY, such as kick:4=0.8, with a velocity above 0 and up to 1" if sounding
                  else "TRACK:STEP, such as snare:6")
        raise UsageError(f"{text!r} does not name a step. Write {wanted}. The first step is 1.")
    return StepEdit(found[1], int(found[2]) - 1, velocity)


def _candidates_in_words(kept: Any) -> str:
    """What else the tracks of a kit may be, and what was left out; a sentence each."""
    found = [f" {track} may be {second}: --rename {track}." for track, second in sorted(kept.second_names.items())]
    found += [f" Soft hits left out on {track}: {len(hits)}; --bring-back {track} brings them back."
              for track, hits in sorted(kept.candidates.items())]
    return "".join(found)


def _new_name(text: str, second_names: Mapping[str, str]) -> tuple[str, str]:
    """TRACK=DRUM as both; TRACK alone with its second-best name. Raises UsageError for anything else, or an unknown
    drum."""
    track, equals, drum = text.partition("=")
    drum = drum if equals else second_names.get(track, "")
    if not track or not (drum in TRACK_NAMES or re.fullmatch(r"perc [1-9]\d?", drum)):
        raise UsageError(f"{text!r} does not name a drum. Write TRACK=DRUM, such as hihat=ride. Drums: "
                         f"{', '.join(TRACK_NAMES)}, perc 1, perc 2 ...")
    return track, drum


def _talk(text: str) -> None:
    """Print for the user, on stderr: stdout is for data."""
    click.echo(text, err=True)
