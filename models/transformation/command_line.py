"""The verb `transform`. What it needs is imported when it runs, because torch takes a second to load."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from engine.core.errors import UsageError
from engine.core.methods import USUAL
from engine.core.time_signature import Quarters
from engine.core.timeline import MAX_BPM, MIN_BPM
from models.parameter_types import Beats, Number

_SIDES = click.Choice(["source", "target"])
KIT, LATENT = "kit", "latent"
RESIDUALS = ("none", "steps", "bed", LATENT)


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The WAV file to write.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@click.option("--method", default=KIT, show_default=True,
              help="kit: SOURCE's kit plays TARGET's pattern. latent: networks do it; latent:FILE: those of that "
              "file.")
@click.option("--amount", type=Number(0.0, 100.0), default=100.0, show_default=True,
              help="How much of the other loop's rhythm is taken over, in percent.")
@click.option("--kit", type=_SIDES, default="source", show_default=True, help="Whose sounds play.")
@click.option("--pattern", type=_SIDES, default="target", show_default=True, help="Whose steps are played.")
@click.option("--groove", type=_SIDES, default="target", show_default=True,
              help="Whose velocities, microtiming and swing are played.")
@click.option("--residual", default="bed", show_default=True, metavar="none|steps|bed|latent",
              help="What the kit does not explain: left out, moved along with the hits, only what never stops, or "
              "given TARGET's rhythm by a network.")
@click.option("--bpm", type=Number(MIN_BPM, MAX_BPM), help="The result's tempo. Default: TARGET's.")
@click.option("--beats", type=Beats(), help="The result's length in quarter notes. Default: the pattern's.")
@click.option("--transcriber", default=USUAL.transcriber, show_default=True, help="Finds the hits of audio files.")
@click.option("--separator", default=USUAL.separator, show_default=True, help="Makes a stem per drum.")
@click.option("--extractor", default=USUAL.extractor, show_default=True, help="Makes the one-shots.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as a JSON object.")
def transform(source: Path, target: Path, out: Path, overwrite: bool, method: str, as_json: bool, **asked: Any) -> None:
    """Play the rhythm of TARGET with the sounds of SOURCE, and write it as a seamless loop.

    Both are loops or folders of decompositions. Where SOURCE lacks a drum of TARGET, the nearest of its family plays
    it.
    """
    from engine.library.audio_files import write_wav
    from engine.library.files import adding, replacing
    from engine.library.outputs import check_file, check_not_read, check_wav
    from models.plugins import loading

    name, _, argument = method.partition(":")
    if name not in (KIT, LATENT):
        raise UsageError(f"No method is called {name!r}. There are {KIT} and {LATENT}.")
    kind, _, weights = asked["residual"].partition(":")
    if kind not in RESIDUALS or (weights and kind != LATENT):
        raise UsageError(f"--residual {asked['residual']!r} is not known. There are {', '.join(RESIDUALS)} and "
                         "latent:FILE.")
    check_wav(out)
    check_file(out, overwrite)
    check_not_read(out, (source, target))
    with loading("The transformation"):
        from models.batch.settings import Settings
        from models.transformation.loops import at_one_rate, check_there, decomposition_of

    check_there(source, target)
    latent = _latent(argument, asked) if name == LATENT else None
    of_residual = _opened(weights) if kind == LATENT else None
    settings = Settings(asked.pop("transcriber"), asked.pop("separator"), asked.pop("extractor"))
    found = [_heard(path, lambda report, path=path: decomposition_of(path, settings, report))  # type: ignore[misc]
             for path in (source, target)]
    one, other = at_one_rate(*found)
    if latent is None:
        audio, line = _by_kit(one, other, of_residual, **asked)
    else:
        audio, line = _by_latent(latent, one, other, asked["amount"])
    with (replacing if overwrite else adding)(out) as part:
        write_wav(part, audio, one.sample_rate)
    click.echo(f"{out}: {line['bpm']:.2f} BPM, {len(audio) / one.sample_rate:.2f} s, by {name}", err=True)
    if as_json:
        click.echo(json.dumps({"out": str(out), "method": method, "sample_rate": one.sample_rate, **line}))


def _heard(path: Path, decomposed: Callable[[Callable[[str, float], None]], Any]) -> Any:
    """The decomposition of a loop, with progress, and what is doubtful about it in sentences."""
    from engine.library.report.page import doubts
    from models.batch.one_file import words_about
    from models.batch.progress import printable, shown_stages

    name = printable(Path(path.name))
    with shown_stages(name) as report:
        kit = decomposed(report)
    for words in (words_about(kit), *doubts(kit)):
        click.echo(f"{name}: {words}", err=True)
    return kit


def _by_kit(source: Any, target: Any, latent: Any, amount: float, kit: str, pattern: str, groove: str, residual: str,
            bpm: float | None, beats: Quarters | None) -> tuple[Any, dict[str, Any]]:
    """The result of the method `kit`, (frames, 2), and what to print of it."""
    from models.transformation.kit_method import Choices, Of, Residual, transformed
    from models.transformation.words import told_cast

    how = Residual(residual.partition(":")[0])
    made = transformed(source, target, Choices(Of(kit), Of(pattern), Of(groove), amount / 100.0, how, bpm, beats,
                                               latent))
    told = told_cast(made.cast)
    if told is not None and pattern != kit:
        click.echo(told, err=True)
    return made.audio.T, {"bpm": made.bpm, "beats": made.pattern.beats, "kit": made.kit.name, "cast": made.cast}


def _latent(weights: str, asked: dict[str, Any]) -> Any:
    """The method `latent`. Raises UsageError for an option that it has no use for, and WeightsMissing."""
    usual = {"kit": "source", "pattern": "target", "groove": "target", "residual": "bed", "bpm": None, "beats": None}
    for option, value in usual.items():
        if asked[option] != value:
            raise UsageError(f"The method {LATENT} has no --{option}: it knows neither kits nor steps. Use --method "
                             f"{KIT} for that.")
    return _opened(weights)


def _opened(weights: str) -> Any:
    """The networks of the method `latent`, the shipped ones if no file is named. Raises WeightsMissing."""
    from models.plugins import loading

    with loading("The transformation"):
        from models.papers.rhythm.method import Latent

    return Latent(weights)


def _by_latent(latent: Any, source: Any, target: Any, amount: float) -> tuple[Any, dict[str, Any]]:
    """The result of the method `latent`, (frames, 2), and what to print of it."""
    audio = latent.transform(source.audio.T, target.audio.T, source.sample_rate, amount / 100.0)
    return audio.T, {"bpm": target.bpm, "beats": target.loop.beats}
