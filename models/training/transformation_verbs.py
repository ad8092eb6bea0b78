"""The verbs `train rhythm` and `evaluate transform`. What they need is imported when they run."""

from pathlib import Path

import click

from models.parameter_types import Number


@click.command(name="rhythm")
@click.option("--data", multiple=True, required=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="A folder that holds oneshots/ and patterns/; may be repeated.")
@click.option("--run", required=True, type=click.Path(path_type=Path),
              help="The folder for checkpoints, curves and weights.")
@click.option("--vae-steps", type=click.IntRange(min=1), default=60_000, show_default=True,
              help="How many steps for the encoder and the generator.")
@click.option("--steps", type=click.IntRange(min=1), default=6_000, show_default=True,
              help="How many steps for the transformer after that.")
@click.option("--minutes", type=Number(min=0.0), default=0.0,
              help="Stop after this long even if steps are left; --resume goes on.")
@click.option("--resume", is_flag=True, help="Continue a run that was stopped or killed, or start one.")
@click.option("--licence", type=click.Choice(["all", "permissive"]), default="all", show_default=True,
              help="The licences of the data to train on; permissive leaves copyleft out.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same data.")
@click.option("--rate", type=Number(min=0.0, min_open=True), default=2e-4, show_default=True,
              help="The transformer's learning rate.")
@click.option("--rows", type=click.IntRange(min=1), default=8, show_default=True, help="Segments in a batch.")
@click.option("--threads", type=click.IntRange(min=1), help="The largest number of CPU threads to use.")
def train_rhythm_verb(data: tuple[Path, ...], **asked: object) -> None:
    """Train the networks of Hockman & Drysdale (AES 2025), and print the path of their weights.

    Use them with `transform --method latent:FILE`.
    """
    from models.plugins import loading

    with loading("Training"):
        from models.training.train.reporting import reporting
        from models.training.train.rhythm_run import RhythmRunSettings, train_rhythm

    with reporting() as reporter:
        weights = train_rhythm(RhythmRunSettings(data, **asked), reporter)  # type: ignore[arg-type]
    click.echo(weights)


@click.command(name="transform")
@click.option("--data", multiple=True, required=True, type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="A folder that holds oneshots/ and patterns/; may be repeated.")
@click.option("--method", "methods", multiple=True, default=("kit", "source", "target"), show_default=True,
              help="kit, kit:none, kit:steps, kit:bed or kit:latent (its residual), latent, latent:FILE; source and "
              "target do nothing.")
@click.option("--pairs", type=click.IntRange(min=1), default=16, show_default=True, help="How many pairs to make.")
@click.option("--transcriber", default="tao", show_default=True, help="The transcriber to use.")
@click.option("--separator", default="tao", show_default=True, help="The separator to use.")
@click.option("--extractor", default="solve", show_default=True, help="The extractor to use.")
@click.option("--room", is_flag=True, help="Put the source, and the true result, into a room.")
def evaluate_transform_verb(**asked: object) -> None:
    """Print a table of how well methods put the rhythm of one loop on the sounds of another.

    The loops are made of sounds and grooves that nothing was trained on, so that the true result is known.
    """
    from models.plugins import loading

    with loading("The evaluation"):
        from models.training.evaluate.transformation import TransformationSettings, evaluate_transformation

    click.echo(evaluate_transformation(TransformationSettings(**asked),  # type: ignore[arg-type]
                                       lambda line: click.echo(line, err=True)))
