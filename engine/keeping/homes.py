"""Where the kits of a session are on disk. The session's folder has a list of them, for `resume` and for sets."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from engine.core.kit import SampleId
from engine.keeping.writer import version_of
from engine.library.kits.live_kit import LiveKit
from engine.sessions.folders import KITS, kits_of

Key = tuple[str, SampleId | None]  # what tells a kit from others: its name and recording


@dataclass(frozen=True, slots=True)
class Home:
    """folder: the kit's own, None before there is one; before: the one with its stems and hits as heard; saved: what
    the own folder holds, or what needs no folder yet, None if neither is known; version: of the own folder when it was
    written last."""

    folder: Path | None = None
    before: Path | None = None
    saved: LiveKit | None = None
    version: str = ""


class Homes:
    """The homes of all kits that were loaded in the session with this folder. The control thread alone calls it."""

    def __init__(self, session: Path) -> None:
        self._list = session / KITS
        self._homes: dict[Key, Home] = {}

    def of(self, key: Key) -> Home:
        """The kit's home; one without a folder if it is not known."""
        return self._homes.get(key, Home())

    def names(self) -> set[str]:
        """The names of all kits."""
        return {name for name, _ in self._homes}

    def know(self, key: Key, home: Home) -> None:
        """Remember a home, unless the kit has one."""
        self._homes.setdefault(key, home)

    def move(self, key: Key, home: Home) -> None:
        """Give the kit this home, and list its folder. A disk that is full leaves it out."""
        self._homes[key] = home
        if home.folder is not None:
            line = {"name": key[0], "recording": key[1], "folder": str(home.folder), "version": home.version}
            with contextlib.suppress(OSError), self._list.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def leave(self, key: Key) -> None:
        """Forget a kit that has another name now, unless its folder is still its own."""
        if self.of(key).folder is None:
            self._homes.pop(key, None)

    def return_to(self, session: Path, live: LiveKit) -> None:
        """The kit comes from an earlier session: its folder is its own again, if nobody has changed it since."""
        for entry in reversed(kits_of(session)):
            if (entry.name, entry.recording) == live.key:
                folder = (session / entry.folder).resolve()  # that of a set is relative
                own = entry.version != "" and version_of(folder) == entry.version
                saved = live if entry.version == "" else None  # in a set, it is as it was saved
                self.move(live.key, Home(folder if own else None, folder, saved, entry.version if own else ""))
                return
        self._homes[live.key] = Home(saved=live)
