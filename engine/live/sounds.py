"""The sound reader as the engine sees it: asked one question at a time, and started again when a file was too much."""

import os
import signal
import sys
from pathlib import Path

import numpy as np

from engine.bridge.asked_process import AskedProcess, NoAnswer
from engine.bridge.codec import BadMessage, Codec
from engine.core.errors import TaoError
from engine.core.loop import Audio
from engine.core.names import readable
from engine.core.snapshot import SoundFacts
from engine.library.candidates import LONGEST_S, Candidate
from engine.live.sound_reader import (
    ANSWER_S,
    ANSWERS,
    Describe,
    Described,
    FindPatterns,
    HitFollows,
    Listed,
    ListFolder,
    ListKits,
    NotRead,
    ReadHit,
    SearchLibrary,
)

READER = (sys.executable, "-m", "engine.live.sound_reader")
PATIENCE_S = 2 * ANSWER_S  # it stops by itself after ANSWER_S; this is for one that has been stopped from outside
FRAME_BYTES = 8
HEARD_S = 5.0  # of a one-shot, when others like it are searched for

_ListQuestion = ListKits | ListFolder | SearchLibrary | FindPatterns


class Sounds:
    """Lists and reads sounds in another process. One thread asks; any thread may `close`."""

    def __init__(self, argv: tuple[str, ...] = READER) -> None:
        self._codec, self._reader = Codec(ANSWERS), AskedProcess("The sound reader", argv, PATIENCE_S)

    def in_kits(self, folder: Path, track: str) -> list[Candidate]:
        """The one-shots of the kits below `folder`, those of `track` first. Raises TaoError, as the others do."""
        return self._found(ListKits(os.fsencode(folder), track), folder)

    def in_folder(self, folder: Path) -> list[Candidate]:
        """The audio files in `folder`."""
        return self._found(ListFolder(os.fsencode(folder)), folder)

    def like(self, index: Path, words: str, audio: Audio, sample_rate: int) -> list[Candidate]:
        """The one-shots of the library with these words, those nearest to `audio` first."""
        heard = _bytes_of(audio, sample_rate)
        return self._found(SearchLibrary(os.fsencode(index), words, heard, sample_rate), index)

    def in_patterns(self, index: Path, rhythm: bytes, track: str) -> list[Candidate]:
        """The kits of the library with a pattern like this rhythm, each with its one-shot for `track`."""
        return self._found(FindPatterns(os.fsencode(index), rhythm, track), index)

    def read_hit(self, path: Path, sample_rate: int) -> Audio:
        """A file as a hit, float32 (frames, 2) at `sample_rate`, at most 20 s."""
        answer, data = self._ask(ReadHit(os.fsencode(path), sample_rate), path)
        if not isinstance(answer, HitFollows) or answer.frames > LONGEST_S * sample_rate + 1:
            raise self._given_up(path)
        return np.frombuffer(data, np.float32).reshape(-1, 2)

    def timbre(self, audio: Audio, sample_rate: int) -> bytes:
        """What `describe` compares others with; empty for silence."""
        return self._described(Describe(b"", _bytes_of(audio, sample_rate), sample_rate, b""), Path("a sound")).timbre

    def describe(self, sound: Path | Audio, sample_rate: int, like: bytes) -> SoundFacts:
        """What a file, or audio that is here, is like, beside a sound with the timbre `like`."""
        if isinstance(sound, Path):
            return self._described(Describe(os.fsencode(sound), b"", sample_rate, like), sound).facts
        question = Describe(b"", _bytes_of(sound, sample_rate), sample_rate, like)
        return self._described(question, Path("a sound")).facts

    def close(self) -> None:
        """End the process; a question that is being asked gets no answer."""
        self._reader.kill()

    def _found(self, question: _ListQuestion, where: Path) -> list[Candidate]:
        answer, _ = self._ask(question, where)
        if not isinstance(answer, Listed):
            raise self._given_up(where)
        return [Candidate(name, path=Path(os.fsdecode(path)) if path else None,
                          kit=Path(os.fsdecode(kit)) if kit else None)
                for name, path, kit in zip(answer.names, answer.paths, answer.kits, strict=True)]

    def _described(self, question: Describe, about: Path) -> Described:
        answer, _ = self._ask(question, about)
        if not isinstance(answer, Described):
            raise self._given_up(about)
        return answer

    def _ask(self, question: _ListQuestion | ReadHit | Describe, about: Path) -> tuple[object, bytes]:
        """The answer and the bytes after it. Raises TaoError when there is none."""
        try:
            message, following = self._reader.ask(self._codec.encode(question))
            answer = self._codec.decode(message).message
            data = following(answer.frames * FRAME_BYTES) if isinstance(answer, HitFollows) else b""
        except (NoAnswer, BadMessage):
            raise self._given_up(about) from None
        if isinstance(answer, NotRead):
            raise TaoError(answer.sentence)
        return answer, data

    def _given_up(self, about: Path) -> TaoError:
        """End the process; the next question starts another. What to tell the musician."""
        status = self._reader.give_up()
        if status is None:
            return TaoError("The sound reader was stopped.")
        why = f"took longer than {ANSWER_S} s" if status == -signal.SIGALRM else "could not be done"
        return TaoError(f"Reading {readable(about.name, 80)!r} {why}. Choose another.")


def _bytes_of(audio: Audio, sample_rate: int) -> bytes:
    """As much of a hit as counts, float32."""
    return np.ascontiguousarray(audio[: round(HEARD_S * sample_rate)], np.float32).tobytes()
