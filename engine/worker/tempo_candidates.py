"""Doubt about a loop's tempo: how it may be counted, until a musician has said so."""

from dataclasses import dataclass

from engine.bridge.messages import StageReady
from engine.core.kit import SampleId
from engine.core.loop import PlayedLoop, Reading

UNSURE_BELOW = 0.5


@dataclass(frozen=True, slots=True)
class Doubt:
    """Ways to count one loop, likeliest first, while it has so many beats; none where there is no doubt."""

    sample: SampleId = ""
    beats: int = 0
    readings: tuple[Reading, ...] = ()

    @classmethod
    def of(cls, stage: StageReady) -> "Doubt | None":
        """What a stage says of its loop; None where it says nothing. A reading is in doubt where less speaks for it
        than against, or another is likelier than the one that the loop was taken for."""
        if stage.loop is None or not stage.readings:
            return None
        best = stage.readings[0]
        sure = best.confidence >= UNSURE_BELOW and best.beats == stage.loop.beats
        return cls() if sure or len(stage.readings) < 2 else cls(stage.loop.sample, stage.loop.beats, stage.readings)

    def about(self, loop: PlayedLoop | None) -> tuple[Reading, ...]:
        """The readings of this loop, if it is the one and nobody has counted it otherwise."""
        asked = loop is not None and (loop.sample, loop.beats) == (self.sample, self.beats)
        return self.readings if asked else ()
