"""The verbs `train` and `evaluate`. What they need is imported when they run, because torch takes a second to load."""

from collections.abc import Callable
from pathlib import Path

import click

from models.parameter_types import Number
from models.training.fitting_verbs import DATA, assemble, judge, train_idm_sounds_verb
from models.training.transformation_verbs import evaluate_transform_verb, train_rhythm_verb


@click.group()
def train() -> None:
    """Train one of Tao's networks."""


def run_options(verb: Callable[..., None]) -> Callable[..., None]:
    """Add the options that every training run has."""
    for option in reversed((
            DATA,
            click.option("--run", required=True, type=click.Path(path_type=Path),
                         help="The folder for checkpoint, curve and weights."),
            click.option("--minutes", type=Number(min=0.0), default=0.0,
                         help="How long to train; sets the number of steps."),
            click.option("--steps", type=click.IntRange(min=0), default=0,
                         help="How many steps to train, instead of --minutes."),
            click.option("--resume", is_flag=True, help="Continue a run that was stopped or killed."),
            click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda."),
            click.option("--licence", type=click.Choice(["all", "permissive"]), default="all", show_default=True,
                         help="The licences of the data to train on; permissive leaves copyleft out."),
            click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same data."),
            click.option("--threads", type=click.IntRange(min=1), help="The largest number of CPU threads to use."),
            click.option("--without", default="", metavar="K/N",
                         help="Leave out every N-th family of kits, starting with number K."),
            click.option("--from", "start", default="", metavar="FILE[:K]",
                         help="Start from these weights, or from network K of several, instead of new ones."),
            click.option("--peak-rate", type=Number(min=0.0, min_open=True),
                         help="The largest learning rate, if not the network's own."))):
        verb = option(verb)
    return verb


def _trained(**asked: object) -> None:
    from models.plugins import loading

    with loading("Training"):
        from models.training.train.reporting import reporting
        from models.training.train.trainer import TrainingSettings, train_network

    with reporting() as reporter:
        weights = train_network(TrainingSettings(**asked), reporter)  # type: ignore[arg-type]
    click.echo(weights)


@train.command(name="transcriber")
@run_options
@click.option("--network", type=click.Choice(["tao", "paper"]), default="tao", show_default=True,
              help="Tao's own, or that of Yi & Barthet (NIME 2025) on Tao's loops; `train paper` follows their recipe.")
@click.option("--random-share", type=Number(0.0, 1.0), default=0.5, show_default=True,
              help="The share of loops with random patterns, each drum independent of the others.")
def train_transcriber_verb(**asked: object) -> None:
    """Train a transcriber on loops that are synthesised on the fly, and print the path of its weights.

    Use them with --transcriber tao:FILE or paper-circular:FILE. With several GPUs: torchrun --nproc-per-node N
    tao_live.py train transcriber ... `assemble` fits its classifier on the kits that --without leaves out.
    """
    _trained(**asked)


@train.command(name="separator")
@run_options
def train_separator_verb(**asked: object) -> None:
    """Train a separator on synthetic loops whose hits have simulated errors, and print the path of its weights.

    Use them with --separator tao:FILE. With several GPUs: torchrun --nproc-per-node N tao_live.py train separator ...
    """
    _trained(network="masks", rows=6, validate_every=100, **asked)


@train.command(name="paper")
@click.option("--data", multiple=True, required=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="A folder that holds oneshots/; may be repeated.")
@click.option("--run", required=True, type=click.Path(path_type=Path),
              help="The folder for checkpoint, curve and weights.")
@click.option("--steps", type=click.IntRange(min=1), default=50_000, show_default=True, help="How many steps in all.")
@click.option("--minutes", type=Number(min=0.0), default=0.0,
              help="Stop after this long even if steps are left; --resume goes on.")
@click.option("--resume", is_flag=True, help="Continue a run that was stopped or killed, or start one.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--licence", type=click.Choice(["all", "permissive"]), default="all", show_default=True,
              help="The licences of the data to train on; permissive leaves copyleft out.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same data.")
@click.option("--rows", type=click.IntRange(min=1), default=64, show_default=True, help="Loops in a batch.")
@click.option("--threads", type=click.IntRange(min=1), help="The largest number of CPU threads to use.")
def train_paper_verb(data: tuple[Path, ...], **asked: object) -> None:
    """Train the network of Yi & Barthet (NIME 2025) by their recipe, and print the path of its weights.

    Use them with --transcriber paper:FILE. Losses, rate and batches are the paper's, such as Adam at 0.0005;
    models/papers/tao/README.md lists what it leaves open.
    """
    from models.plugins import loading

    with loading("Training"):
        from models.training.train.paper_run import PaperRunSettings, train_paper
        from models.training.train.reporting import reporting

    with reporting() as reporter:
        weights = train_paper(PaperRunSettings(data, **asked), reporter)  # type: ignore[arg-type]
    click.echo(weights)


@train.command(name="idm")
@run_options
@click.option("--size", type=click.Choice(["small", "published"]), default="small", show_default=True,
              help="The one-shot synthesiser's: as published, or two hundred times cheaper.")
def train_idm_verb(size: str, **asked: object) -> None:
    """Train the Inverse Drum Machine on mixtures of six kits and their hits, and print the path of its weights.

    Use them with --transcriber, --separator and --extractor idm:FILE. The six are taken evenly from the kits that have
    all drums.
    """
    _trained(network="idm" if size == "small" else "idm-published", rows=4, computed_each=0, mixed_precision=False,
             validate_every=100, **asked)


@train.command(name="reader")
@click.option("--data", required=True, multiple=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="A folder that holds patterns/; may be repeated.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path),
              help="The folder for recordings, checkpoint and weights.")
@click.option("--examples", type=click.IntRange(min=64), default=14_000, show_default=True,
              help="How many recordings to make.")
@click.option("--epochs", type=click.IntRange(min=1), default=10, show_default=True,
              help="How often to learn from each.")
@click.option("--width", type=click.IntRange(4, 1024), default=64, show_default=True, help="Of the first layer.")
@click.option("--processes", type=click.IntRange(1, 256), default=1, show_default=True,
              help="How many processes make recordings.")
@click.option("--harder", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="Weights of an earlier run: learn from the readings that they rate too highly.")
@click.option("--resume", is_flag=True, help="Continue a run that was stopped or killed.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same recordings.")
def train_reader_verb(**asked: object) -> None:
    """Train what rates the readings of a loop (tempo, beats, metre, beat 1), and print the path of its weights.

    It learns from grooves alone, of which it makes recordings that are cut and heard with errors.
    """
    from models.plugins import loading

    with loading("Training"):
        from models.training.train.reader import ReaderSettings, train_reader
        from models.training.train.reporting import reporting

    with reporting() as reporter:
        weights = train_reader(ReaderSettings(**asked), reporter)  # type: ignore[arg-type]
    click.echo(weights)


@click.group()
def evaluate() -> None:
    """Measure one of Tao's parts on loops with known answers."""


@evaluate.command(name="transcriber")
@click.argument("loops", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--transcriber", "names", multiple=True, default=("tao", "onset-strength"), show_default=True,
              help="A transcriber to measure; may be repeated.")
def evaluate_transcriber_verb(loops: Path, names: tuple[str, ...]) -> None:
    """Print a table of how well transcribers do on the folder LOOPS.

    Each loop is a folder with loop.wav and truth.json.
    """
    from models.plugins import loading

    with loading("The evaluation"):
        from models.training.evaluate.transcription import EvaluationSettings, evaluate_transcriber

    click.echo(evaluate_transcriber(EvaluationSettings(loops, tuple(names)), lambda line: click.echo(line, err=True)))


@evaluate.command(name="paper")
@click.argument("weights", default="", type=click.Path(dir_okay=False))
@click.option("--data", multiple=True, required=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="A folder that holds oneshots/; may be repeated.")
@click.option("--loops", type=click.IntRange(min=1), default=128, show_default=True, help="How many loops to make.")
def evaluate_paper_verb(weights: str, data: tuple[Path, ...], loops: int) -> None:
    """Print how well WEIGHTS of `train paper` do on loops like those of the paper, of one-shots they never met.

    Without WEIGHTS, those that come with Tao.
    """
    from models.plugins import loading

    with loading("The evaluation"):
        from models.training.evaluate.paper import PaperEvaluationSettings, evaluate_paper

    click.echo(evaluate_paper(PaperEvaluationSettings(weights, data, loops), lambda line: click.echo(line, err=True)))


@evaluate.command(name="decomposition")
@click.argument("loops", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--transcriber", "transcribers", multiple=True, default=("tao",), show_default=True,
              help="A transcriber to use; may be repeated.")
@click.option("--separator", "separators", multiple=True, default=("tao",), show_default=True,
              help="A separator to use; may be repeated.")
@click.option("--extractor", "extractors", multiple=True, default=("solve",), show_default=True,
              help="An extractor to use; may be repeated.")
@click.option("--oracle", is_flag=True, help="Use the loops' true hits instead of a transcriber.")
@click.option("--second-look/--no-second-look", default=True, show_default=True,
              help="Judge hits and names once a loop is solved.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Also draw the figures as an SVG.")
@click.option("--overwrite", is_flag=True, help="Replace the picture if it exists.")
def evaluate_decomposition_verb(picture: Path | None, overwrite: bool, **asked: object) -> None:
    """Print tables of how good stems, one-shots and hits are for the folder LOOPS.

    Each loop is a folder with loop.wav, truth.json, stems and one-shots. Every transcriber is combined with every
    separator and extractor.
    """
    from engine.library.outputs import check_file
    from models.plugins import loading

    if picture is not None:
        check_file(picture, overwrite, "--picture")
    with loading("The evaluation"):
        from models.training.evaluate.decomposition import DecompositionSettings, evaluate_decomposition

    click.echo(evaluate_decomposition(DecompositionSettings(picture=picture, **asked),  # type: ignore[arg-type]
                                      lambda line: click.echo(line, err=True)))


for verb in (assemble, judge, train_idm_sounds_verb, train_rhythm_verb):
    train.add_command(verb)
evaluate.add_command(evaluate_transform_verb)
