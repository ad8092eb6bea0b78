"""The verb `export`: a decomposition in the formats of other programs."""

from pathlib import Path

import click

from engine.core.errors import TaoError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path), help="The folder to write to.")
@click.option("--format", "formats", multiple=True,
              help="midi, stems, sfz, hydrogen or a plugin's format. May be repeated; default: all.")
def export(folder: Path, out: Path, formats: tuple[str, ...]) -> None:
    """Export the decomposition in FOLDER for other programs.

    Never replaces a file: if a name is taken, the new file gets -2, -3 and so on.
    """
    from engine.library.exporting import export as write
    from engine.library.exporting import exporter, installed
    from engine.library.kit_folder import read_folder

    for name in formats:
        exporter(name)  # so that an unknown format costs no time
    stored, failed = read_folder(folder), False
    for name in formats or sorted(installed()):
        try:
            for path in write(stored, name, out):
                click.echo(str(path))
        except TaoError as error:
            click.echo(f"tao: {error}", err=True)
            failed = True
    if failed:
        raise SystemExit(1)
