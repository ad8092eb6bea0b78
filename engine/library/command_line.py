"""`tao_live.py export`: a decomposition folder in the formats of other programs."""

from pathlib import Path

import click

from engine.core.errors import TaoError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path))
@click.option("--format", "formats", multiple=True, help="midi, stems, sfz, hydrogen or a plugin's; all without one.")
def export(folder: Path, out: Path, formats: tuple[str, ...]) -> None:
    """Write the decomposition in FOLDER for other programs. No file is replaced: -2 is added to its name."""
    from engine.library.exporting import export as write
    from engine.library.exporting import exporter, installed
    from engine.library.kit_folder import read_folder

    for name in formats:
        exporter(name)  # before anything is read: a wrong word costs nothing
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
