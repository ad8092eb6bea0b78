"""A take: bar-exact frames cut from the always-on input ring, moved back by the device's latency."""

from dataclasses import dataclass

from engine.core.loop import Audio
from engine.core.snapshot import RecordState
from engine.core.timeline import Ticks
from engine.dsp.ring import CaptureRing


@dataclass(frozen=True, slots=True)
class Take:
    """What is to be recorded: engine frames [start, end), `beats` beats from song tick `start_ticks` on."""

    start_frames: int
    end_frames: int
    beats: int
    start_ticks: Ticks


class Recorder:
    """At most one take. latency_frames: how much later than it was played a sound arrives in the ring."""

    def __init__(self, ring: CaptureRing) -> None:
        self._ring = ring
        self._take: Take | None = None
        self.latency_frames = 0

    @property
    def state(self) -> RecordState:
        """Where the take stands."""
        if self._take is None:
            return RecordState.OFF
        return RecordState.RECORDING if self._ring.newest_frame >= self._take.start_frames else RecordState.ARMED

    def arm(self, take: Take) -> None:
        """Record this one."""
        self._take = take

    def cancel(self) -> None:
        """Forget it."""
        self._take = None

    def finished(self) -> tuple[Take, Audio] | None:
        """The take and its audio (frames, 2), once, when its last frame has arrived. Raises TaoError when the
        ring has lost part of it."""
        take = self._take
        if take is None or self._ring.newest_frame < take.end_frames + self.latency_frames:
            return None
        self._take = None
        return take, self._ring.read(take.start_frames + self.latency_frames, take.end_frames - take.start_frames)
