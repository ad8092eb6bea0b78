"""`tao_live.py export`: a decomposition folder in the formats of other programs."""

from pathlib import Path

import click

from engine.core.errors import TaoError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path))
@click.option("--format", "formats", multiple=True, help="midi, stems, sfz, hydrogen or a plugin's name; default: all.")
def export(folder: Path, out: Path, formats: tuple[str, ...]) -> None:
    """Write the decomposition in FOLDER for other programs. Existing files are kept; a new one gets -2 in its name."""
    from engine.library.exporting import export as write
    from engine.library.exporting import exporter, installed
    from engine.library.kit_folder import read_folder

    for name in formats:
        exporter(name)  # fail before anything is read
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
