"""The verb `keys`: which keys do what."""

from collections.abc import Callable
from pathlib import Path

import click

from tui.glyphs import Glyphs
from tui.key_file import keys_in_force
from tui.key_names import key_label
from tui.key_presets import PRESETS
from tui.keymap import Keymap


def keys_verb(key_file: Callable[[], Path], glyphs: Callable[[], Glyphs]) -> click.Command:
    """The verb, for the keys in `key_file`, written in these glyphs."""

    @click.command(name="keys")
    @click.pass_context
    def keys(context: click.Context) -> None:
        """List what every key does, by action.

        Give an action other keys in keys.toml, such as record = ["r", "f5"], or with --keys. A line preset = "azerty"
        there, or --keys azerty, chooses a keyboard.
        """
        keymap, problems = keys_in_force(key_file(), context.find_root().params["keys"])
        click.echo("\n".join(_lines(keymap, glyphs(), key_file())))
        for problem in problems:
            click.echo(f"tao: {problem}", err=True)

    return keys


def _lines(keymap: Keymap, glyphs: Glyphs, file: Path) -> list[str]:
    """The keyboard, then each group's actions: id, keys, what they do."""
    keyboards = ", ".join(f"{preset.name} ({preset.title})" for preset in PRESETS.values())
    lines = [f"Keyboard: {keymap.preset}. Others: {keyboards}.", f"Your own keys belong in {file}."]
    for group in (*keymap.groups, *keymap.local):
        lines += ["", group.name]
        for action in group.actions:
            written = " ".join(key_label(key, glyphs) for key in action.keys) or "-"
            lines.append(f"  {action.id:<16} {written:<16} {action.help}")
    return lines
