"""The two loops of a transformation, each an audio file that is decomposed now or the folder of a decomposition."""

from pathlib import Path

from engine.core.errors import UsageError
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_folder import read_folder
from models.batch.one_file import decomposed, tools_for
from models.batch.settings import Settings
from models.decompose import Decomposition, Report
from models.storing import opened


def decomposition_of(path: Path, settings: Settings, report: Report) -> StoredDecomposition:
    """What is in the folder, or what is found in the file. Raises TaoError."""
    if path.is_dir():
        return read_folder(path)
    return decomposed(path, settings, tools_for(settings), report)


def check_there(*paths: Path) -> None:
    """Raise UsageError for a path that does not exist, or a folder without a kit: the other one may take a minute."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {str(path)!r}. Check the name.")
        if path.is_dir() and not (path / "kit.json").is_file():
            raise UsageError(f"{str(path)!r} holds no kit.json; `decompose LOOP -o DIR` makes one. Name such a folder, "
                             "or an audio file.")


def at_one_rate(*kits: StoredDecomposition) -> list[Decomposition]:
    """The decompositions at the sample rate of the first."""
    return [opened(kit, kits[0].sample_rate) for kit in kits]
