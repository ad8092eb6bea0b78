"""A folder of one-shots as a kit: a drum for each file, NAME.1.wav and so on as its round robins."""

import re
from pathlib import Path

from engine.core.errors import UnreadableAudio
from engine.core.loop import Audio
from engine.library.audio_files import AUDIO_SUFFIXES
from engine.library.importers.building import Drum, Recording, kit_of
from engine.library.importers.one_shot_audio import one_shot_audio
from engine.library.importing import Imported
from engine.library.wav_file import Marks, read_marks

MOST_FILES = 200


class FolderKit:
    """A folder of audio files."""

    name = "folder"

    def recognises(self, path: Path) -> bool:
        """Whether it is a folder with audio in it, and no kit of Tao's or Hydrogen's."""
        is_kit = any((path / name).exists() for name in ("kit.json", "drumkit.xml"))
        return path.is_dir() and not is_kit and any(_files(path))

    def read(self, path: Path) -> Imported:
        """The drums by their names, else by their sound; a WAV's root note is its drum's note."""
        sounds: dict[str, tuple[Audio, int]] = {}
        groups: dict[str, list[str]] = {}
        remarks = []
        for file in sorted(_files(path))[:MOST_FILES]:
            try:
                sounds[file.name] = one_shot_audio(file, file.name)
            except UnreadableAudio as problem:
                remarks.append(str(problem))
                continue
            groups.setdefault(re.sub(r"\.\d+$", "", file.stem), []).append(file.name)
        drums = [Drum(name, tuple(Recording(file) for file in sorted(files, key=len)), _note(path / files[0]))
                 for name, files in groups.items()]
        return kit_of(path.name, drums, sounds, tuple(remarks))


def _files(folder: Path) -> list[Path]:
    """The audio files, without hidden ones: macOS puts a "._kick.wav" that is no audio beside each file."""
    return [path for path in folder.iterdir()
            if path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".") and path.is_file()]


def _note(path: Path) -> int | None:
    """The root note that a WAV's `smpl` chunk gives; None if it gives none, or middle C, which means nothing."""
    if path.suffix.lower() not in (".wav", ".wave"):
        return None
    try:
        note = read_marks(path).root_note
    except UnreadableAudio:
        note = Marks().root_note
    return None if note == 60 else note
