"""The verb `library`: what you have, found by words, by sound and by pattern."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # the command line answers -h without loading NumPy
    import sqlite3

    from engine.library.index.entries import Found
    from engine.library.index.places import Places
    from engine.library.index.text_search import Query

DRUMS = ("kick", "snare", "tom", "hihat", "ride", "crash")  # named here so that -h need not load what defines them
DRUM = click.option("--class", "drum", type=click.Choice(DRUMS), help="Only one-shots of this drum.")
KINDS = ("kit", "one-shot", "take", "loop", "pattern")
NOTHING_FOUND = "Nothing like that is in the library. `library add FOLDER` adds your own sounds, loops and kits."
MANY = 200  # new or changed files above which the reading is shown
FOLDER = click.Path(path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
MOST = click.option("--most", type=click.IntRange(1, 100000), default=30, show_default=True,
                    help="How many results to list.")


def filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options that narrow any search."""
    options = (
        click.option("--tempo", metavar="BPM", help="A tempo such as 94, or a range such as 90-100."),
        click.option("--licence", metavar="TEXT", help="Only what has this licence, such as CC0 or CC-BY."), MOST,
        AS_JSON)
    for option in reversed(options):
        command = option(command)
    return command


@click.command(short_help="Add folders to the library.")
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@click.pass_obj
def add(known: "Places", folders: tuple[Path, ...]) -> None:
    """Add FOLDERS to the library: kits of Tao's, one-shots, loops and MIDI files, in subfolders, too."""
    for folder in folders:
        known.add(folder)
    report(known)


@click.command(short_help="Remove folders from the library.")
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@click.pass_obj
def forget(known: "Places", folders: tuple[Path, ...]) -> None:
    """Remove FOLDERS from the library. The files stay where they are."""
    for folder in folders:
        known.forget(folder)
    report(known)


@click.command(short_help="Bring the library up to date.")
@click.pass_obj
def update(known: "Places") -> None:
    """Bring the library up to date now, and list the files that cannot be read.

    Every search does this first; do it after copying many files, so that the first search is quick.
    """
    report(known, tell_problems=True)


@click.command(short_help="Search by words, tempo, drum and licence.")
@click.argument("words", nargs=-1)
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only this; may be repeated.")
@DRUM
@filters
@click.pass_obj
def search(known: "Places", words: tuple[str, ...], kinds: tuple[str, ...], most: int, as_json: bool,
           **narrowed: Any) -> None:
    """Search names, folders, drums and licences for WORDS, or for words that begin with them.

    Without WORDS, list everything that the options allow.
    """
    from engine.library.index.text_search import search as search_words

    query = query_of(" ".join(words), kinds, most, **narrowed)
    show(asked(known, lambda index: search_words(index, query)), as_json)


@click.command(short_help="Find one-shots that sound like a file.")
@click.argument("sound", type=FOLDER)
@DRUM
@filters
@click.pass_obj
def like(known: "Places", sound: Path, most: int, as_json: bool, **narrowed: Any) -> None:
    """List the one-shots that sound most like SOUND, an audio file with one hit, with a score for each."""
    from engine.core.errors import UnreadableAudio
    from engine.library.audio_files import read_audio
    from engine.library.index.sound_search import nearest
    from engine.library.index.timbre import timbre

    heard = timbre(*read_audio(sound, 20.0))
    if heard is None:
        raise UnreadableAudio(f"{sound.name} is silent. Give a file with a hit in it.")
    query = query_of("", (), most, **narrowed)
    show(asked(known, lambda index: nearest(index, heard, query)), as_json)


@click.command(short_help="Find loops by a pattern that you draw.")
@click.argument("lines", nargs=-1, required=True)
@click.option("--steps-per-beat", type=click.Choice(["1", "2", "3", "4", "6", "8", "12", "16"]), default="4",
              show_default=True, help="How fine the drawing is: 4 for sixteenths, 3 for triplets.")
@filters
@click.pass_obj
def pattern(known: "Places", lines: tuple[str, ...], steps_per_beat: str, most: int, as_json: bool,
            **narrowed: Any) -> None:
    """List the loops whose pattern is most like the one drawn in LINES, with a score for each.

    A line is a drum and its steps: x is a hit, X a hard one, o a soft one and . a rest. For example:

    \b
    library pattern kick=x.....x.x....... snare=....x.......x...

    Drums that you do not draw may play anything. Kick and snare count most. Length and tempo do not matter, and
    it matters little where the loop begins.
    """
    from engine.library.index.pattern_search import alike
    from engine.library.index.rhythm import drawn, rhythm_of, rows_of

    wanted = drawn(lines, int(steps_per_beat))
    query = query_of("", ("pattern",), most, **narrowed)
    show(asked(known, lambda index: alike(index, rhythm_of(wanted), rows_of(wanted), query)), as_json)


@click.command(short_help="List what you have twice.")
@AS_JSON
@click.pass_obj
def duplicates(known: "Places", as_json: bool) -> None:
    """List files with the same audio, and one-shots that cannot be told apart. Nothing is deleted."""
    from engine.library.index.sound_search import duplicates as find

    for number, group in enumerate(asked(known, find), 1):
        if as_json:
            click.echo(json.dumps([fields(found) for found in group]))
        else:
            click.echo(f"{number}.")
            show(group, False)


@click.command(short_help="Show what came from what.")
@click.argument("name")
@AS_JSON
@click.pass_obj
def lineage(known: "Places", name: str, as_json: bool) -> None:
    """Show what a kit, take or loop was made from, other versions of it, and what was made from it.

    NAME is its name, or the path of its folder or file.
    """
    from engine.library.index.ancestry import ancestry

    found = asked(known, lambda index: ancestry(index, name))
    relatives = (*found.ancestors, *found.versions, *found.descendants)
    if not as_json:
        click.echo(found.about.line())
    for relative in relatives:
        click.echo(json.dumps({"link": relative.link.value, "depth": relative.depth, "name": relative.name,
                               "found": None if relative.found is None else fields(relative.found)})
                   if as_json else relative.line())


def library_verb(places: "Callable[[], Places]") -> click.Group:
    """The verb `library`. places: where the index and the folders are."""

    @click.group(commands=[search, like, pattern, duplicates, lineage, add, forget, update])
    @click.pass_context
    def library(context: click.Context) -> None:
        """Find kits, one-shots, takes and patterns: by words, by sound, by pattern.

        The library is what Tao has recorded and decomposed, and the folders that you add. It is brought up to date
        before every search; your files are only read.
        """
        context.obj = places()

    return library


def query_of(text: str, kinds: Iterable[str], most: int, tempo: str | None, licence: str | None,
             drum: str | None = None) -> "Query":
    """A query from options. Raises InvalidValue for what is no tempo."""
    from engine.core.names import readable
    from engine.library.index.entries import Kind
    from engine.library.index.text_search import Query, tempi_of

    return Query(text, tuple(Kind(kind) for kind in kinds), drum, None if tempo is None else tempi_of(tempo),
                 None if licence is None else readable(licence), most)


def asked(places: "Places", question: "Callable[[sqlite3.Connection], Any]") -> Any:
    """The answer of an index that is up to date; when it cannot be written, of what it knows."""
    from engine.library.index.building import update
    from engine.library.index.database import Index, IndexUnusable

    index, folders = Index(places.index), places.folders()

    def updated(connection: "sqlite3.Connection") -> Any:
        update(connection, folders, progress)
        return question(connection)

    try:
        return index.ask(updated)
    except IndexUnusable as problem:
        if not places.index.exists():
            raise
        click.echo(f"tao: {problem} This is what was known before.", err=True)
        return index.ask(question)


def report(places: "Places", tell_problems: bool = False) -> None:
    """Update, and say what was found."""
    from engine.library.index.building import update
    from engine.library.index.database import Index

    folders = places.folders()
    done = Index(places.index).ask(lambda connection: update(connection, folders, progress))
    for problem in done.problems if tell_problems else ():
        click.echo(f"tao: {problem}", err=True)
    more = f" {len(done.problems)} cannot be read; `library update` says why." if done.problems else ""
    click.echo(f"Kits and files in the library: {done.read + done.kept}; {done.read} new or changed, {done.gone} gone."
               f"{more}", err=True)


def progress(done: int, total: int) -> None:
    """Show how far a long update is."""
    if total >= MANY and (done % 100 == 0 or done == total):
        click.echo(f"\rReading {done} of {total}", nl=done == total, err=True)


def show(found: "Iterable[Found]", as_json: bool) -> None:
    """One line for each result; for a person, a sentence where there is none."""
    found = list(found)
    for one in found:
        click.echo(json.dumps(fields(one)) if as_json else one.line())
    if not found and not as_json:
        click.echo(NOTHING_FOUND, err=True)


def fields(found: "Found") -> dict[str, Any]:
    """A result as JSON has it."""
    written = {name: getattr(found, name) for name in found.__slots__}
    return {**written, "kind": found.kind.value, "path": str(found.path), "kit": found.kit and str(found.kit)}
