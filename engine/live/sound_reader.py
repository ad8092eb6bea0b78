"""The sound reader: a process in which files from anywhere are listed, decoded and resampled, so that none of them can
hurt the engine.

    python -m engine.live.sound_reader

Questions come in on stdin and answers go out on stdout, one at a time. A question that takes too long, or too much
memory, costs this process and nothing else. It ends when the engine does.
"""

import contextlib
import math
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.bridge.children import step_back
from engine.bridge.codec import Codec
from engine.bridge.wire import read_frame, write_frame
from engine.core.errors import TaoError
from engine.core.loop import Audio
from engine.core.names import readable
from engine.core.snapshot import SoundFacts
from engine.library.candidates import Candidate, in_folder, in_kits, read_hit
from engine.live.pictures import picture

ANSWER_S = 10
MEMORY_BYTES = 2 << 30
PICTURE_PEAKS, SILENT = 32, 1e-5


@dataclass(frozen=True, slots=True)
class ListKits:
    """Which one-shots do the kits below this folder have, those of this track first?"""

    folder: bytes
    track: str


@dataclass(frozen=True, slots=True)
class ListFolder:
    """Which audio files are in this folder?"""

    folder: bytes


@dataclass(frozen=True, slots=True)
class ReadHit:
    """What does this file sound like, at this sample rate?"""

    path: bytes
    sample_rate: int


@dataclass(frozen=True, slots=True)
class SearchLibrary:
    """Which one-shots of the library whose index this is have these words? Those nearest to `audio`, float32 (frames,
    2) as bytes, come first."""

    index: bytes
    words: str
    audio: bytes
    sample_rate: int


@dataclass(frozen=True, slots=True)
class FindPatterns:
    """Which kits of the library whose index this is have a pattern like this rhythm, and which one-shot for a track?"""

    index: bytes
    rhythm: bytes
    track: str


@dataclass(frozen=True, slots=True)
class Describe:
    """What is this file like or, without a path, this `audio`, float32 (frames, 2) as bytes? like: the timbre of the
    sound that it is compared with, empty for none."""

    path: bytes
    audio: bytes
    sample_rate: int
    like: bytes


@dataclass(frozen=True, slots=True)
class Described:
    """facts, and the sound's timbre as bytes, empty for silence."""

    facts: SoundFacts
    timbre: bytes


@dataclass(frozen=True, slots=True)
class Listed:
    """Names and paths of what was found, and the folders of the kits that it belongs to; empty where there is none."""

    names: tuple[str, ...]
    paths: tuple[bytes, ...]
    kits: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class HitFollows:
    """After this message come so many frames, float32 stereo."""

    frames: int


@dataclass(frozen=True, slots=True)
class NotRead:
    """There is no answer; the sentence says why."""

    sentence: str


QUESTIONS = (ListKits, ListFolder, SearchLibrary, FindPatterns, ReadHit, Describe)
ANSWERS = (Listed, HitFollows, NotRead, Described)


def answer(question: ListKits | ListFolder | SearchLibrary | FindPatterns | ReadHit | Describe
           ) -> Listed | Described | Audio:
    """The answer to a question. Raises TaoError."""
    match question:
        case ListKits():
            return _listed(in_kits(_path(question.folder), question.track))
        case ListFolder():
            return _listed(in_folder(_path(question.folder)))
        case SearchLibrary():
            from engine.library.index.offering import one_shots_like

            audio = np.frombuffer(question.audio, np.float32).reshape(-1, 2)
            return _listed(one_shots_like(_path(question.index), question.words, audio, question.sample_rate))
        case FindPatterns():
            from engine.library.index.offering import kits_like

            return _listed(kits_like(_path(question.index), question.rhythm, question.track))
        case ReadHit():
            return read_hit(_path(question.path), question.sample_rate)
        case Describe():
            audio = (read_hit(_path(question.path), question.sample_rate) if question.path
                     else np.frombuffer(question.audio, np.float32).reshape(-1, 2))
            return described(audio, question.sample_rate, question.like)


def described(audio: Audio, sample_rate: int, like: bytes) -> Described:
    """What a hit is like, beside a sound with the timbre `like`."""
    from engine.library.index.timbre import BYTES, closeness, distances, timbre

    own, peak = timbre(audio, sample_rate), float(np.abs(audio).max(initial=0.0))
    near = None
    if own is not None and len(like) == BYTES:
        near = closeness(float(distances(np.frombuffer(like, np.float32), own[None])[0]))
    drawn = picture(audio / max(peak, SILENT), PICTURE_PEAKS)
    level_db = 20.0 * math.log10(max(peak, SILENT))
    return Described(SoundFacts(len(audio) / sample_rate, level_db, drawn, near), b"" if own is None else own.tobytes())


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer questions until there are no more."""
    questions = Codec(QUESTIONS)
    while (data := read_frame(source)) is not None:
        signal.alarm(ANSWER_S)
        found: Listed | Described | NotRead | Audio
        try:
            found = answer(questions.decode(data).message)
        except (TaoError, OSError) as error:
            found = NotRead(readable(str(error), 400))
        except MemoryError:
            found = NotRead("That takes more memory than a sound may. Choose another.")
        if isinstance(found, Listed | Described | NotRead):
            write_frame(sink, questions.encode(found))
        else:
            write_frame(sink, questions.encode(HitFollows(len(found))))
            sink.write(found.data)
            sink.flush()
        signal.alarm(0)


def _listed(found: list[Candidate]) -> Listed:
    return Listed(tuple(candidate.name for candidate in found),
                  tuple(os.fsencode(candidate.path or "") for candidate in found),
                  tuple(os.fsencode(candidate.kit or "") for candidate in found))


def _path(name: bytes) -> Path:
    return Path(os.fsdecode(name))


def main() -> None:
    """Serve stdin and stdout, within the limits. What libraries print goes to stderr."""
    sink = step_back(MEMORY_BYTES)
    with contextlib.suppress(BrokenPipeError):  # the engine is gone
        serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
