"""The verbs `train` and `evaluate`. What they need is imported when they run: torch takes a second to load."""

from collections.abc import Callable
from pathlib import Path

import click

DATA = click.option("--data", required=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
                    help="A folder with oneshots/ and patterns/.")


@click.group()
def train() -> None:
    """Train one of Tao's networks."""


def run_options(verb: Callable[..., None]) -> Callable[..., None]:
    """The options of every training run."""
    for option in reversed((
            DATA,
            click.option("--run", required=True, type=click.Path(path_type=Path),
                         help="The run's folder: checkpoint and curve."),
            click.option("--minutes", type=click.FloatRange(min=0.0), default=0.0,
                         help="How long; the steps follow from it."),
            click.option("--steps", type=click.IntRange(min=0), default=0,
                         help="How many steps, instead of --minutes."),
            click.option("--resume", is_flag=True, help="Go on where the run stopped or was killed."),
            click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda."),
            click.option("--licence", type=click.Choice(["all", "permissive"]), default="all", show_default=True),
            click.option("--seed", type=int, default=1, show_default=True),
            click.option("--threads", type=click.IntRange(min=1), help="At most so many processor threads."),
            click.option("--without", default="", metavar="K/N",
                         help="Leave out every N-th family of kits from the K-th on."))):
        verb = option(verb)
    return verb


def _trained(**asked: object) -> None:
    from models.training.train.telling import telling
    from models.training.train.trainer import TrainingSettings, train_network

    with telling() as teller:
        weights = train_network(TrainingSettings(**asked), teller)  # type: ignore[arg-type]
    click.echo(weights)


@train.command(name="transcriber")
@run_options
@click.option("--network", type=click.Choice(["tao", "paper"]), default="tao", show_default=True)
@click.option("--random-share", type=click.FloatRange(0.0, 1.0), default=0.5, show_default=True,
              help="Share of loops whose drums play random patterns, each for itself.")
def train_transcriber_verb(**asked: object) -> None:
    """Train a transcriber on loops that are made as it goes; prints the weights' file.

    With several GPUs: torchrun --nproc-per-node N tao_live.py train transcriber ... What --without leaves
    out, `assemble` judges by.
    """
    _trained(**asked)


@train.command(name="separator")
@run_options
def train_separator_verb(**asked: object) -> None:
    """Train a separator on loops that are made as it goes, heard with faults; prints the weights' file.

    Use it with --separator tao:FILE. With several GPUs: torchrun --nproc-per-node N tao_live.py train separator ...
    """
    _trained(network="masks", rows=6, validate_every=100, **asked)


@train.command()
@DATA
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--loops", required=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="Loops with truth to judge by, of kits that no run learnt from.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path))
def assemble(data: Path, runs: tuple[Path, ...], loops: Path, out: Path) -> None:
    """Make one weights file of several RUNS' weights.safetensors; prints its SHA-256.

    Use it with --transcriber tao:FILE.
    """
    from models.training.train.assemble import AssemblySettings
    from models.training.train.assemble import assemble as made

    click.echo(made(AssemblySettings(runs, loops, data, out)))


@click.group()
def evaluate() -> None:
    """Measure one of Tao's parts on loops with known answers."""


@evaluate.command(name="transcriber")
@click.argument("loops", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--transcriber", "names", multiple=True, default=("tao", "onset-strength"), show_default=True)
def evaluate_transcriber_verb(loops: Path, names: tuple[str, ...]) -> None:
    """A table of how well transcribers hear the LOOPS below a folder, each with loop.wav and truth.json."""
    from models.training.evaluate.transcription import EvaluationSettings, evaluate_transcriber

    click.echo(evaluate_transcriber(EvaluationSettings(loops, tuple(names)), lambda line: click.echo(line, err=True)))


@evaluate.command(name="decomposition")
@click.argument("loops", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--transcriber", "transcribers", multiple=True, default=("tao",), show_default=True)
@click.option("--separator", "separators", multiple=True, default=("tao",), show_default=True)
@click.option("--extractor", "extractors", multiple=True, default=("solve",), show_default=True)
@click.option("--oracle", is_flag=True, help="The loops' true hits instead of a transcriber's.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw the figures as a PNG too.")
def evaluate_decomposition_verb(**asked: object) -> None:
    """A table of stems and one-shots of the LOOPS below a folder, each with loop.wav, truth.json, stems and
    one-shots. Name plugins more than once to see every transcriber with every separator and extractor."""
    from models.training.evaluate.decomposition import DecompositionSettings, evaluate_decomposition

    click.echo(evaluate_decomposition(DecompositionSettings(**asked),  # type: ignore[arg-type]
                                      lambda line: click.echo(line, err=True)))
