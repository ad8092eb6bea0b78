"""The kit writer as the engine sees it: asked one thing at a time, and started again when it has died."""

import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from engine.bridge.asked_process import AskedProcess, NoAnswer
from engine.bridge.codec import BadMessage, Codec
from engine.bridge.messages import SampleRef
from engine.bridge.segments import unlink_segment, write_segment
from engine.core.errors import TaoError
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.keeping.writer import ANSWERS, Answer, NotDone, Question, WriteKit

WRITER = (sys.executable, "-m", "engine.keeping.writer")
FINISHED_WITHIN_S = 1.0
PATIENCE_S = 120.0  # for a slow card that is nearly full


class Writing:
    """Saves kits and sets in another process. Any thread may ask; those behind it wait."""

    def __init__(self, memory_folder: Path, argv: tuple[str, ...] = WRITER) -> None:
        self._memory_folder = memory_folder / "kits"  # jobs that end clear away the segments in the folder itself
        self._memory_folder.mkdir(mode=0o700, exist_ok=True)
        self._codec, self._asking = Codec(ANSWERS), threading.Lock()
        self._writer = AskedProcess("The kit writer", argv, PATIENCE_S, in_own_group=True)

    def save(self, question: WriteKit, samples: Mapping[SampleId, Audio]) -> Answer:
        """Hand over a kit's samples, in shared memory, and let it be written. Raises TaoError."""
        names = list(samples)
        segment, offsets = write_segment(self._memory_folder, [samples[name] for name in names])
        refs = {name: SampleRef(segment, offset, len(samples[name]))
                for name, offset in zip(names, offsets, strict=True)}
        try:
            return self.ask(replace(question, samples=refs))
        finally:
            unlink_segment(segment)

    def ask(self, question: Question) -> Answer:
        """The answer. Raises TaoError when there is none, or it is no."""
        with self._asking:
            found = self._answer(question)
        if isinstance(found, NotDone):
            raise TaoError(found.sentence)
        return found

    def _answer(self, question: Question) -> Answer:
        try:
            message, _ = self._writer.ask(self._codec.encode(question))
            found: Answer = self._codec.decode(message).message
        except (NoAnswer, BadMessage):
            self._writer.give_up()
            raise TaoError("The kit writer stopped unexpectedly.") from None
        return found

    def close(self) -> None:
        """Let the process end, which finishes what it is at."""
        self._writer.finish(FINISHED_WITHIN_S)
