"""What a client asks about other programs' files: export what plays, open a file of any kind."""

from dataclasses import dataclass

from engine.core.errors import InvalidValue
from engine.core.exports import AS_RECORDED, ExportSettings
from engine.core.names import check_name

MOST_FORMATS = 100


@dataclass(frozen=True, slots=True)
class ExportKit:
    """Write what plays now to `folder`, in these formats of other programs; none named: in all."""

    formats: tuple[str, ...]
    folder: str
    settings: ExportSettings = AS_RECORDED

    def __post_init__(self) -> None:
        for name in self.formats[:MOST_FORMATS]:
            check_name(name, "A format")
        if len(self.formats) > MOST_FORMATS:
            raise InvalidValue(f"At most {MOST_FORMATS} formats are written at a time; {len(self.formats)} were named.")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Open whatever this is: audio is decomposed, a kit folder loaded; patterns of other programs go into free slots,
    their kits replace the sounds."""

    path: str


FileRequest = ExportKit | OpenFile
