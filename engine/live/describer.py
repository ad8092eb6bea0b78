"""What found sounds are like: length, level, picture, and how near each is to the sound that the track has."""

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.core.errors import TaoError
from engine.core.loop import Audio
from engine.core.snapshot import SoundFacts
from engine.live.sounds import Sounds


class Describer:
    """Asks the sound reader. The browser's helper thread alone calls it."""

    def __init__(self, sounds: Sounds, sample_rate: int) -> None:
        self._sounds, self._sample_rate = sounds, sample_rate
        self._timbre, self._search = b"", -1

    def describe(self, search: int, present: Audio | None, batch: Sequence[Callable[[], Path | Audio]]
                 ) -> tuple[SoundFacts | None, ...]:
        """Facts about each sound of the batch, None for one that cannot be read. search: its number; the timbre of the
        `present` sound is worked out once for each."""
        if search != self._search:
            self._timbre = b"" if present is None else self._sounds.timbre(present, self._sample_rate)
            self._search = search
        return tuple(self._facts(sound_of) for sound_of in batch)

    def _facts(self, sound_of: Callable[[], Path | Audio]) -> SoundFacts | None:
        try:
            return self._sounds.describe(sound_of(), self._sample_rate, self._timbre)
        except TaoError:
            return None
