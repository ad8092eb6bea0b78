"""The verb `models`: what is installed, and what can be fetched."""

import json

import click


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
    from models.fetching import fetch, fetchable

    click.echo(fetch(fetchable(name), lambda line: click.echo(line, err=True)))
