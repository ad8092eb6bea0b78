"""Where a verb may write, checked before its work begins: nothing is overwritten unasked, and no work is lost."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from engine.core.errors import TaoError
from engine.library.audio_files import AUDIO_SUFFIXES

_KIT_FILES, _KIT_FOLDERS = ("kit.json", "loop.wav", "residual.wav", "pattern.mid"), ("oneshots", "stems")


_OTHER_AUDIO = (AUDIO_SUFFIXES | {".m4a", ".aac", ".opus", ".wma", ".caf", ".mp4"}) - {".wav", ".wave"}


class OutputRefused(TaoError):
    """A place that must not be written to, or cannot be."""


def check_folder(folder: Path, overwrite: bool) -> None:
    """Raise OutputRefused unless a kit can be written to `folder`. `overwrite`: it may have content already."""
    if os.path.lexists(folder):
        if not folder.is_dir():
            raise OutputRefused(f"{str(folder)!r} is a file. Name a folder with -o.")
        if not overwrite and any(folder.iterdir()):
            raise OutputRefused(f"The folder {str(folder)!r} exists and is not empty. Name another one with -o, or add "
                                "--overwrite.")
    _try(folder)


def check_file(path: Path, overwrite: bool, option: str = "-o") -> None:
    """Raise OutputRefused unless a file can be written as `path`. `overwrite`: it may exist already; option: names
    it."""
    if path.is_dir():
        raise OutputRefused(f"{str(path)!r} is a folder. Name a file with {option}.")
    if not path.parent.is_dir():
        raise OutputRefused(f"{str(path)!r} cannot be written: there is no folder {str(path.parent)!r}.")
    if not overwrite and os.path.lexists(path):
        raise OutputRefused(f"{str(path)!r} exists already. Name another file with {option}, or add "
                            "--overwrite.")
    _try(path)


def check_wav(path: Path) -> None:
    """Raise OutputRefused where the name says that the file is another kind of audio than WAV."""
    if path.suffix.lower() in _OTHER_AUDIO:
        raise OutputRefused(f"Tao writes WAV files only. Name it {path.with_suffix('.wav').name!r} instead of "
                            f"{path.name!r}.")


def check_inputs_stay(folders: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise OutputRefused if a kit in one of the folders would take the place of a file that is read."""
    kits = {folder.resolve() for folder in folders}
    for path in inputs:
        whole = path.resolve()
        for kit in kits.intersection(whole.parents):
            if whole.relative_to(kit).parts[0] in (*_KIT_FOLDERS, *_KIT_FILES):
                raise OutputRefused(f"{str(path)!r} is in the way: it has a name in {str(kit)!r} that the kit needs. "
                                    "Name another folder with -o.")


def check_not_read(out: Path, inputs: Iterable[Path]) -> None:
    """Raise OutputRefused if `out` is one of the inputs, which are files and kit folders, or a file of such a kit."""
    whole = out.resolve()
    for path in inputs:
        own = path.resolve()
        if whole == own or (own in whole.parents and whole.relative_to(own).parts[0] in (*_KIT_FOLDERS, *_KIT_FILES)):
            raise OutputRefused(f"{str(out)!r} would take the place of what is read from {str(path)!r}. Name another "
                                "file with -o.")


def _try(path: Path) -> None:
    """Make something of this name beside its place, and take it back: the file system decides, not its rules."""
    above, names = path.absolute().parent, [path.name]
    while not os.path.lexists(above):
        names.insert(0, above.name)
        above = above.parent
    try:
        with tempfile.TemporaryDirectory(prefix=".tao-", dir=above) as trial:
            if path.name:  # "." and "/" have none
                Path(trial, *names).mkdir(parents=True)
    except OSError as error:
        raise OutputRefused(f"{str(path)!r} cannot be written: {error.strerror}. Name a place that you may write "
                            "to.") from None
