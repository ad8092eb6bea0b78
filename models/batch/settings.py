"""What a file is decomposed with, and which Tao does it: together they say whether a kit is still the right one."""

from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.core.methods import Methods
from engine.core.time_signature import Quarters


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of `decompose` that change its result: plugins as the user writes them; what the user knows of length
    in quarter notes, metre (such as "7/8") and tempo; and whether the file is a recording that holds a loop."""

    transcriber: str
    separator: str
    extractor: str
    beats: Quarters | None = None
    meter: str | None = None
    bpm: float | None = None
    free: bool = False

    @property
    def methods(self) -> Methods:
        """The three plugins."""
        return Methods(self.transcriber, self.separator, self.extractor)

    def to_json(self) -> dict[str, Any]:
        """As it stands in kit.json."""
        return asdict(self)


def tao_version() -> str:
    """The version of Tao that is installed."""
    try:
        return version("tao-live")
    except PackageNotFoundError:
        return "unknown"
