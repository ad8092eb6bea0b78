"""Where a loop lies in the recording that it was cut out of. In a folder, stems, residual and hits line up with the
recording, so that they can be laid beside the file as it came; in memory they line up with the loop."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.core.loop import Audio, Reading
from engine.library.kits.decomposition import HeardOnset, StoredDecomposition

_SAME_FRAMES = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """A loop of `frames` begins at frame `start` of a recording of `recorded` frames: before it if negative. Where both
    are equally long, the recording is turned round."""

    start: int
    frames: int
    recorded: int
    sample_rate: int

    @property
    def turned(self) -> bool:
        """Whether the loop is all of the recording."""
        return self.frames == self.recorded

    def in_recording(self, audio: Audio) -> Audio:
        """Audio (frames, 2) of the loop, where it was recorded: (recorded, 2), silent elsewhere."""
        return np.roll(audio, self.start, axis=0) if self.turned else _shifted(audio, self.start, self.recorded)

    def in_loop(self, audio: Audio) -> Audio:
        """The same the other way round."""
        return np.roll(audio, -self.start, axis=0) if self.turned else _shifted(audio, -self.start, self.frames)

    def time_in_recording(self, time_s: float) -> float:
        """A time in the loop, counted from the beginning of the recording."""
        return self._moved(time_s, self.start)

    def time_in_loop(self, time_s: float) -> float:
        """The same the other way round."""
        return self._moved(time_s, -self.start)

    def _moved(self, time_s: float, by_frames: int) -> float:
        moved_s = time_s + by_frames / self.sample_rate
        return moved_s % (self.frames / self.sample_rate) if self.turned else moved_s


def place_of(readings: tuple[Reading, ...], loop: Audio, recording: Audio | None, sample_rate: int) -> Place | None:
    """Where the loop lies by its first reading; None where it is no cut of a recording."""
    if recording is None or not readings:
        return None
    start_s, end_s = readings[0].cut_s
    if abs((end_s - start_s) * sample_rate - len(loop)) > _SAME_FRAMES:
        return None
    return Place(round(start_s * sample_rate), len(loop), len(recording), sample_rate)


def lined_up_with_recording(stored: StoredDecomposition) -> StoredDecomposition:
    """The decomposition as it is written."""
    place = _place(stored)
    return stored if place is None else _moved(stored, place.in_recording, place.time_in_recording)


def lined_up_with_loop(stored: StoredDecomposition) -> StoredDecomposition:
    """The decomposition as it was before it was written."""
    place = _place(stored)
    return stored if place is None else _moved(stored, place.in_loop, place.time_in_loop)


def _moved(stored: StoredDecomposition, audio: Callable[[Audio], Audio], time: Callable[[float], float]
           ) -> StoredDecomposition:
    def hits(found: dict[str, tuple[HeardOnset, ...]]) -> dict[str, tuple[HeardOnset, ...]]:
        return {name: tuple(sorted((replace(one, time_s=time(one.time_s)) for one in onsets),
                                   key=lambda one: one.time_s)) for name, onsets in found.items()}

    return replace(stored, residual=None if stored.residual is None else audio(stored.residual),
                   stems={name: audio(stem) for name, stem in stored.stems.items()},
                   onsets=hits(stored.onsets), candidates=hits(stored.candidates))


def _place(stored: StoredDecomposition) -> Place | None:
    if stored.as_played.downbeat_frames:  # moved by hand: the loop is no stretch of the recording
        return None
    return place_of(stored.readings, stored.loop, stored.recording, stored.sample_rate)


def _shifted(audio: Audio, by: int, frames: int) -> Audio:
    """Audio (frames, 2), `by` frames later, in a stretch of `frames`; silent where there is none."""
    found = np.zeros((frames, *audio.shape[1:]), audio.dtype)
    first, last = max(by, 0), min(by + len(audio), frames)
    if first < last:
        found[first:last] = audio[first - by : last - by]
    return found
