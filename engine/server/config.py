"""config.toml: the settings that outlast a session, each called like its flag."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import platformdirs

from engine.core.errors import TaoError, UsageError
from engine.core.names import readable
from engine.library.files import replacing

MAX_BYTES = 1 << 20


def config_file() -> Path:
    """Where config.toml is."""
    return platformdirs.user_config_path("tao") / "config.toml"


def read_config(file: Path, instrument: click.Group) -> dict[str, Any]:
    """The settings in `file` as Click's default map for `instrument`: keys at the top are its flags' names, tables are
    its verbs. {} if there is no file.

    Raises UsageError when it is not TOML, or has a key that is no flag.
    """
    if not file.exists():
        return {}
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            raise UsageError(f"{file} is not a settings file. Move it away.")
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        reason = readable(str(problem), 200)
        raise UsageError(f"{file} is not valid TOML ({reason}). Fix it, or move it away.") from None
    return _settings(written, instrument, str(file))


def write_setting(file: Path, key: str, value: str) -> None:
    """Give a setting at the top of `file` a value; the rest of the file stays as it is, comments too.

    Raises TaoError when the file is not TOML or cannot be written.
    """
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        before = tomllib.loads(text)
        after = _with_setting(text, key, value)
        if tomllib.loads(after) != {**before, key: value}:
            raise ValueError(f"{key} is written in an unusual way")
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as part:
            part.write_text(after, encoding="utf-8")
    except (OSError, ValueError, RecursionError) as problem:
        raise TaoError(f"{key} = {json.dumps(value)} could not be kept in {file} ({readable(str(problem), 200)}). "
                       "Write it there yourself.") from None


def _with_setting(text: str, key: str, value: str) -> str:
    """The text with the setting on a line of its own, where it was or else at the top."""
    line = f"{key} = {json.dumps(value)}\n"
    lines = text.splitlines(keepends=True)
    for number, old in enumerate(lines):
        if old.lstrip().startswith("["):
            break
        if re.match(rf"\s*{re.escape(key)}\s*=", old):
            return "".join([*lines[:number], line, *lines[number + 1 :]])
    return line + text


def _settings(written: dict[str, Any], command: click.Command, where: str) -> dict[str, Any]:
    """What is written for a command and its verbs, by the names of Click's parameters."""
    options = [option for option in command.params if isinstance(option, click.Option) and option.expose_value]
    flags = {flag.lstrip("-"): option for option in options for flag in option.opts if flag.startswith("--")}
    verbs = command.commands if isinstance(command, click.Group) else {}
    found: dict[str, Any] = {}
    for key, value in written.items():
        if key in verbs and key not in flags:
            if not isinstance(value, dict):
                raise UsageError(f"{where}: {key} is a verb, so its settings are a table, [{key}].")
            found[key] = _settings(value, verbs[key], f"{where}, [{key}]")
        elif key in flags:
            found[flags[key].name or key] = _checked(key, value, flags[key], where)
        else:
            raise UsageError(f"{where}: there is no setting {readable(key, 40)!r}.{_nearest(key, [*flags, *verbs])}")
    return found


def _checked(key: str, value: Any, option: click.Option, where: str) -> Any:
    """The value, if the flag could have it. Raises UsageError."""
    if option.is_flag and not isinstance(value, bool):
        raise UsageError(f"{where}: {key} is true or false; {readable(repr(value), 40)} was given.")
    if isinstance(value, dict) or option.multiple != isinstance(value, list):
        wanted = "a list, such as [\"...\"]" if option.multiple else "one value"
        raise UsageError(f"{where}: {key} takes {wanted}; {readable(repr(value), 40)} was given.")
    try:
        option.type_cast_value(click.Context(click.Command(key)), value)
    except (click.ClickException, ValueError, TypeError, OverflowError) as problem:
        reason = problem.format_message() if isinstance(problem, click.ClickException) else f"{problem}."
        raise UsageError(f"{where}: {key}: {readable(reason, 200)}") from None
    return value


def _nearest(key: str, known: Iterable[str]) -> str:
    """The known key that looks most like it, as a question."""
    near = difflib.get_close_matches(key.replace("_", "-"), list(known), 1)
    return f" Did you mean {near[0]!r}?" if near else f" Settings: {', '.join(sorted(known))}."
