"""The verbs of `train` that fit something in one go and write one file. What they need is imported when they run.

Where they write is checked first: some work for hours before they do.
"""

from pathlib import Path

import click

from engine.library.outputs import check_file

DATA = click.option("--data", required=True, multiple=True,
                    type=click.Path(path_type=Path, file_okay=False, exists=True),
                    help="A folder that holds oneshots/ and patterns/; may be repeated.")
OUT = click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="The weights file to write.")
OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace the weights file if it exists.")


@click.command(name="idm-sounds")
@click.option("--data", multiple=True, required=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="A folder that holds oneshots/; may be repeated.")
@OUT
@OVERWRITE
@click.option("--sounds", type=click.IntRange(min=8), default=500, show_default=True, help="How many of each drum.")
@click.option("--dimensions", type=click.IntRange(min=1), default=24, show_default=True, help="Of the embedding.")
@click.option("--licence", type=click.Choice(["all", "permissive"]), default="all", show_default=True,
              help="The licences of the data to fit on; permissive leaves copyleft out.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same file.")
def train_idm_sounds_verb(data: tuple[Path, ...], out: Path, overwrite: bool, **asked: object) -> None:
    """Fit the space of drum sounds of the plugins idm-heard, in about a minute, and print the SHA-256 of its file.

    Use it with --separator or --extractor idm-heard:FILE.
    """
    from models.plugins import loading

    check_file(out, overwrite)
    with loading("Training"):
        from models.training.train.idm_sounds import SoundsSettings, fit_sounds

    click.echo(fit_sounds(SoundsSettings(data, out, **asked),  # type: ignore[arg-type]
                          lambda line: click.echo(line, err=True)))


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--loops", required=True, multiple=True,
              type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="Loops with known answers, of kits that no run trained on, to fit the hit classifier on; may be "
              "repeated.")
@click.option("--left-out", multiple=True, metavar="N FOLDER",
              type=(click.IntRange(min=0), click.Path(path_type=Path, file_okay=False, exists=True)),
              help="Likewise loops of kits that run number N, counted from 0, was trained without; may be repeated.")
@OUT
@OVERWRITE
def assemble(runs: tuple[str, ...], loops: tuple[Path, ...], left_out: tuple[tuple[int, Path], ...], out: Path,
             overwrite: bool) -> None:
    """Combine the weights of several RUNS into one weights file, and print its SHA-256.

    A run is its weights.safetensors, or FILE:K for network K of several. Use the result with --transcriber tao:FILE.
    """
    from models.plugins import loading

    check_file(out, overwrite)
    with loading("Training"):
        from models.training.train.assemble import AssemblySettings
        from models.training.train.assemble import assemble as assembled

    click.echo(assembled(AssemblySettings(runs, loops, out, left_out)))


@click.command()
@click.option("--loops", required=True, multiple=True,
              type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="Loops with known answers, of kits that the transcriber has never met; may be repeated.")
@OUT
@OVERWRITE
@click.option("--transcriber", "transcribers", multiple=True, default=("tao",), show_default=True,
              help="The transcriber whose hits are judged; once, or once for each of --loops.")
@click.option("--separator", default="tao", show_default=True, help="The separator in between.")
@click.option("--extractor", default="solve", show_default=True, help="The extractor that solves the loops.")
def judge(loops: tuple[Path, ...], out: Path, overwrite: bool, **asked: object) -> None:
    """Fit the second look at solved hits, which names tracks and drops false hits, and print its weights.

    Fit it again whenever the transcriber or the solver changes.
    """
    from models.plugins import loading

    check_file(out, overwrite)
    with loading("Training"):
        from models.training.train.judge import JudgeSettings, fit_judge

    click.echo(fit_judge(JudgeSettings(loops, out, **asked),  # type: ignore[arg-type]
                         lambda line: click.echo(line, err=True)))
