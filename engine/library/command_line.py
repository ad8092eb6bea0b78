"""The verbs `export` and `import`: decompositions in the formats of other programs, and kits and patterns from them."""

from pathlib import Path

import click

from engine.core.errors import TaoError, UsageError
from engine.core.exports import HARDWARE, settings_for


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path), help="The folder to write to.")
@click.option("--format", "formats", multiple=True,
              help="midi, loop, stems, oneshots, sfz, hydrogen or another; an unknown name lists all. May be repeated; "
                   "default: all, or the preset's.")
@click.option("--preset", type=click.Choice(list(HARDWARE)),
              help="Write the one-shots as this sampler takes them: bits, rate, channels, names, folders.")
@click.option("--bits", type=click.Choice(["16", "24", "32"]),
              help="Bits a sample: 16 for older hardware; 32 is float.  [default: 24, or the preset's]")
@click.option("--rate", type=click.IntRange(8000, 192000),
              help="Sample rate in Hz; default: the preset's, or the recording's.")
@click.option("--mono", is_flag=True, help="Mix audio down to one channel.")
@click.option("--timing", type=click.Choice(["ruled", "heard"]), default="ruled", show_default=True,
              help="Hits as the pattern has them, or as they were heard in the recording.")
def export(folder: Path, out: Path, formats: tuple[str, ...], preset: str | None, bits: str | None, rate: int | None,
           mono: bool, timing: str) -> None:
    """Export the decomposition in FOLDER for other programs.

    Never replaces a file: if a name is taken, the new file gets -2, -3 and so on. Says what a format cannot hold.
    """
    from engine.library.exporting import export as write
    from engine.library.exporting import exporter, installed, remark
    from engine.library.kits.kit_folder import read_folder
    from engine.library.outputs import check_folder

    settings = settings_for(preset or "", None if bits is None else int(bits), rate, mono, timing == "heard")
    for name in formats:
        exporter(name)  # so that an unknown format costs no time
    stored, failed = read_folder(folder), False
    check_folder(out, overwrite=True)
    for name in formats or ((HARDWARE[preset].format,) if preset else sorted(installed())):
        try:
            for path in write(stored, name, out, settings):
                click.echo(str(path))
            if said := remark(stored, name):
                click.echo(f"tao: {said}", err=True)
        except TaoError as error:
            click.echo(f"tao: {error}", err=True)
            failed = True
    if failed:
        raise SystemExit(1)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path), help="The kit folder to write.")
def import_verb(files: tuple[Path, ...], out: Path) -> None:
    """Make a kit from FILES of other programs: SFZ, Hydrogen drumkits, patterns and songs, MIDI, folders of one-shots.

    Name a kit and a pattern to get both in one. Never replaces a folder.
    """
    from engine.library.importing import as_decomposition, import_file
    from engine.library.kits.kit_folder import write_new_folder

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{str(out)!r} is already there. Name a new folder with -o.")
    parts = [import_file(path) for path in files]
    click.echo(str(write_new_folder(out, as_decomposition(parts, out.name))))
    for line in (remark for part in parts for remark in part.remarks):
        click.echo(f"tao: {line}", err=True)
