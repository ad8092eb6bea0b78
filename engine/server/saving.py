"""The verbs that save what was made live: `save` for the kit of a running engine, `sets` for whole sessions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from engine.core.errors import TaoError
from engine.core.names import readable
from engine.core.requests import SaveKit, SaveSet
from engine.core.snapshot import Status

PATIENCE_S = 150.0  # longer than the kit writer has


@click.command()
@click.argument("name", required=False)
@click.option("--engine", type=int, help="The process id of the engine, if several are running.")
def save(name: str | None, engine: int | None) -> None:
    """Save the kit that the running engine plays, with all its edits, and print its folder.

    The folder is called NAME, or like the kit. Another kit of that name stays: the new one gets -2, -3 ...
    """
    status = _done(engine, SaveKit(name or ""),
                   lambda before, now: now.kept.saves > before.kept.saves and not now.kept.unsaved)
    click.echo(status.kept.folder)


def sets_verb(data: Callable[[], Path], sessions: Callable[[], Path], midi_file: Callable[[], Path],
              open_session: Callable[[Path, Path, dict[str, Any]], None]) -> click.Group:
    """The verb `sets`. data: Tao's folder, with sets and takes in it; open_session: opens the instrument on a session
    with this MIDI setup and the options before the verb."""

    @click.group(invoke_without_command=True)
    @click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
    @click.pass_context
    def sets(context: click.Context, as_json: bool) -> None:
        """List sets: sessions saved with takes, kits, MIDI setup and journal, each in one folder.

        A set can be copied to another computer and opened there.
        """
        from engine.sessions.sets import list_sets

        if context.invoked_subcommand is not None:
            return
        for folder, content in list_sets(data() / "sets"):
            line = {"name": content.name, "folder": str(folder), "kit": content.kit.name}
            name, kit = readable(content.name), readable(content.kit.name)
            click.echo(json.dumps(line) if as_json else f"{name:<24} {kit:<24} {folder}")

    @sets.command("save")
    @click.argument("name")
    @click.argument("session", required=False)
    def save_set(name: str, session: str | None) -> None:
        """Save SESSION, or the one that is playing, as the set NAME, and print its folder."""
        from engine.midi.controller_map import read_setup
        from engine.sessions.listing import find_session
        from engine.sessions.sets import write_set

        if session is None:
            status = _done(None, SaveSet(name), lambda before, now: now.kept.sets > before.kept.sets)
            click.echo(status.kept.set_folder)
            return
        midi, problem = read_setup(midi_file())
        if problem is not None:
            click.echo(f"tao: {problem}", err=True)
        click.echo(write_set(data() / "sets", name, find_session(sessions(), session), data() / "takes", midi))

    @sets.command("open")
    @click.argument("name")
    @click.pass_context
    def open_set(context: click.Context, name: str) -> None:
        """Open Tao as it was at the end of a set, stopped at bar 1. NAME may be a path."""
        from engine.sessions.sets import MIDI, find_set, read_set

        folder = find_set(data() / "sets", name)
        above = context.find_root().params
        open_session(read_set(folder).session, folder / MIDI, above)

    return sets


def _done(engine: int | None, request: SaveKit | SaveSet, is_done: Callable[[Status, Status], bool]) -> Status:
    """Ask a running engine, and wait until it has been done; its status then. Raises TaoError when it was not."""
    from engine.bridge.client import EngineClient
    from engine.server.running_engines import socket_of

    client = EngineClient(socket_of(engine))
    try:
        before = client.snapshot().status
        client.ask(request)
        seen = before.notices

        def warnings(now: Status) -> list[str]:
            return [notice.text for notice in now.notices if notice.urgent and notice not in seen]

        client.wait(lambda snapshot: is_done(before, snapshot.status) or bool(warnings(snapshot.status)), PATIENCE_S)
        now = client.snapshot().status
        if not is_done(before, now):
            raise TaoError([*warnings(now), "The engine did not finish saving. Try again."][0])
        return now
    finally:
        client.close()
