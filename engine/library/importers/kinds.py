"""What a file is, in words, by its first bytes: so that a wrong one is named as what it is."""

import codecs
from pathlib import Path

_CONTROLS = frozenset(range(32)) - set(b"\t\n\v\f\r\x1b")
_LISTEN = "; open it with `--loop`, or `decompose` it"
_STARTS = (
    (b"MThd", "a Standard MIDI File"), (b"fLaC", f"a FLAC recording{_LISTEN}"), (b"OggS", f"an OGG recording{_LISTEN}"),
    (b"ID3", f"an MP3 recording{_LISTEN}"), (b"\xff\xfb", f"an MP3 recording{_LISTEN}"),
    (b"FORM", f"an AIFF recording{_LISTEN}"), (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"), (b"%PDF", "a PDF document"), (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"\x1f\x8b", "a gzip archive that holds no Hydrogen drumkit"), (b"\x7fELF", "a program"))
_RIFFS = {b"WAVE": f"a WAV recording{_LISTEN}", b"sfbk": "a SoundFont", b"AVI ": "an AVI film"}


def kind_of(path: Path) -> str:
    """What a file or folder is, to follow "NAME is". Raises OSError when it cannot be read."""
    if path.is_dir():
        return "a kit folder; open it with `--loop`" if (path / "kit.json").exists() else "a folder without audio files"
    if not path.is_file():
        return "not a file"
    start = head(path, 64)
    if not start:
        return "an empty file"
    if start[:4] == b"RIFF":
        return _RIFFS.get(start[8:12], "a RIFF file")
    for magic, words in _STARTS:
        if start.startswith(magic):
            return words
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return "an XML document of another kind"
    return "a text file" if _is_text(start) else "a file of unknown kind"


def _is_text(start: bytes) -> bool:
    """Whether bytes from the beginning of a file are UTF-8 without control characters; the last character may be cut
    off."""
    if set(start) & _CONTROLS:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def is_recording(path: Path) -> bool:
    """Whether it is a file of audio, by its first bytes. Raises OSError when it cannot be read."""
    return kind_of(path).endswith(_LISTEN) or _is_bare_mp3(head(path, 2))


def _is_bare_mp3(start: bytes) -> bool:
    """Whether it begins with a frame of MPEG audio, layer 3."""
    return len(start) == 2 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2


def head(path: Path, size: int) -> bytes:
    """The first bytes of a file; none of a folder or device."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(size)
