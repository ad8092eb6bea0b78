"""Where the library is: its index, the folders that were named to it, and Tao's own."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.names import path_of
from engine.library.files import replace_file

SCHEMA = "tao.library/1"
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Places:
    """index: the database, a cache; named: the file that remembers the user's folders; own: Tao's folders."""

    index: Path
    named: Path
    own: tuple[Path, ...]

    def folders(self) -> tuple[Path, ...]:
        """Every folder that the library is made of, Tao's own first. Raises TaoError when `named` cannot be read."""
        return (*self.own, *self.named_folders())

    def named_folders(self) -> tuple[Path, ...]:
        """The folders that the user named. Raises TaoError when the file that remembers them cannot be read."""
        try:
            if self.named.exists() and not (self.named.is_file() and self.named.stat().st_size <= MAX_BYTES):
                raise ValueError("it is not a file of Tao's")
            written = json.loads(self.named.read_text(encoding="utf-8"))
            if written["schema"] != SCHEMA or not all(isinstance(name, str) for name in written["folders"]):
                raise ValueError(f"its schema is not {SCHEMA}")
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else str(problem)
            raise TaoError(f"{self.named} cannot be read ({reason}). Move it away, and name your folders again with "
                           "`library add`.") from None
        return tuple(Path(name) for name in written["folders"])

    def add(self, folder: Path) -> None:
        """Remember a folder. Raises TaoError when there is none, and OSError."""
        folder = path_of(str(folder)).absolute()
        if not folder.is_dir():
            raise TaoError(f"There is no folder {str(folder)!r}. Name one with kits or one-shots in it.")
        if folder not in self.folders():
            self._remember((*self.named_folders(), folder))

    def forget(self, folder: Path) -> None:
        """Forget a folder; its files stay. Raises TaoError when it was not named, and OSError."""
        folder = path_of(str(folder)).absolute()
        known = self.named_folders()
        if folder not in known:
            names = ", ".join(map(str, known)) or "none"
            raise TaoError(f"{str(folder)!r} is not one of your library's folders. Those are: {names}.")
        self._remember(tuple(one for one in known if one != folder))

    def _remember(self, folders: tuple[Path, ...]) -> None:
        text = json.dumps({"schema": SCHEMA, "folders": [os.fspath(folder) for folder in folders]}, indent=1)
        replace_file(self.named, text.encode("utf-8", "surrogateescape"))
