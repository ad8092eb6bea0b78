"""keys.toml: the keyboard and the keys that you want. What cannot be used is said and left out; Tao starts anyway."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.core.errors import InvalidValue
from engine.core.names import readable
from tui.key_names import key_named
from tui.key_presets import PRESETS, Preset
from tui.keymap import Keymap, keymap_with

MAX_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class KeyFile:
    """preset: the keyboard, None where the file names none; keys: the wanted ones, by action id; lines: where each is
    written; problems: a sentence about each entry that cannot be used."""

    path: Path
    preset: Preset | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def place(self, entry: str) -> str:
        """`keys.toml, line 3`, with the whole path."""
        line = self.lines.get(entry, 0)
        return f"{self.path}, line {line}" if line else str(self.path)


def read_key_file(path: Path) -> KeyFile:
    """What the file says; nothing if there is no file. Never raises."""
    if not path.exists():
        return KeyFile(path)
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return _useless(path, f"{path} is not a list of keys. Move it away.")
        text = path.read_text(encoding="utf-8")
        written = tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as problem:
        return _useless(path, f"{path} is not valid TOML ({readable(str(problem), 200)}). Correct it, or move it away.")
    return _understood(path, written, _lines_of(text))


def keys_in_force(path: Path, words: Iterable[str]) -> tuple[Keymap, tuple[str, ...]]:
    """The keymap of the file at `path` and of the words after --keys, each a keyboard or as `record=r,f5`; and what is
    wrong with the file. Raises UsageError for a wrong word."""
    words = [word.strip() for word in words]
    named = [PRESETS[word] for word in words if word in PRESETS]
    keymap, problems = keymap_for(read_key_file(path), named[-1] if named else None)
    return keymap_with((word for word in words if word not in PRESETS), keymap), problems


def keymap_for(file: KeyFile, preset: Preset | None = None) -> tuple[Keymap, tuple[str, ...]]:
    """The keys in force, and a sentence about each entry of the file that cannot be: those that are wrong, and those
    with a key that is taken. preset: the keyboard that the command line names."""
    chosen = preset or file.preset
    base = Keymap() if chosen is None else Keymap().with_preset(chosen)
    wanted, problems = dict(file.keys), list(file.problems)
    while (clash := next(base.changed(wanted).clashes(), None)) is not None:
        loser = _later(file, [action for action in (clash.first, clash.second) if action in wanted])
        winner = clash.second if loser == clash.first else clash.first
        problems.append(f"{file.place(loser)}: the key {clash.key} for {loser} already belongs to {winner}, so {loser} "
                        f"keeps its usual keys. Choose another one, or give {winner} another.")
        del wanted[loser]
    return base.changed(wanted), tuple(problems)


def _later(file: KeyFile, actions: Iterable[str]) -> str:
    """Of entries that want the same key, the one that is written last."""
    return max(actions, key=lambda action: file.lines.get(action, 0))


def _useless(path: Path, problem: str) -> KeyFile:
    return KeyFile(path, problems=(f"{problem} Tao's usual keys apply.",))


def _understood(path: Path, written: Mapping[str, Any], lines: Mapping[str, int]) -> KeyFile:
    known = Keymap().ids
    file = KeyFile(path, lines=lines)
    preset, keys, problems = None, dict[str, tuple[str, ...]](), list[str]()
    for entry, value in written.items():
        if entry == "preset":
            preset = PRESETS.get(value) if isinstance(value, str) else None
            if preset is None:
                problems.append(f"{file.place(entry)}: there is no keyboard {readable(repr(value), 40)}. Choose one of "
                                f"{', '.join(PRESETS)}.")
        elif entry not in known:
            near = difflib.get_close_matches(entry, known, 1)
            hint = f"Did you mean {near[0]}?" if near else "`tao_live.py keys` lists them."
            problems.append(f"{file.place(entry)}: there is no action {readable(repr(entry), 40)}. {hint}")
        else:
            try:
                keys[entry] = _keys(value)
            except InvalidValue as problem:
                problems.append(f"{file.place(entry)}: {entry} keeps its usual keys, for {problem}. Write keys such as "
                                "\"r\", \"f5\", \"ctrl+r\" or \"shift+left\".")
    return KeyFile(path, preset, keys, lines, tuple(problems))


def _keys(value: Any) -> tuple[str, ...]:
    """The keys of an entry: a text, in which commas part them, or a list. Raises InvalidValue."""
    if isinstance(value, str):
        value = [value] if value.strip() == "," else [key for key in value.split(",") if key.strip()]
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        raise InvalidValue(f"{readable(repr(value), 40)} is not a text or a list of texts")
    return tuple(dict.fromkeys(key_named(key) for key in value))


def _lines_of(text: str) -> dict[str, int]:
    """The line of each entry."""
    found = ((re.match(r"""\s*["']?([\w-]+)["']?\s*=""", line), number)
             for number, line in enumerate(text.splitlines(), 1))
    return {match[1]: number for match, number in found if match}
