"""Engine frames against the monotonic clock, for all that is not done by the audio thread."""

from engine.audio.host import Host


class FrameClock:
    """Engine frames against the monotonic clock, by the moment that the newest block began. later_frames: how long
    after that its first frame leaves."""

    def __init__(self, host: Host, later_frames: int) -> None:
        self._record, self._rate, self._later_frames = host.record, host.sample_rate, later_frames

    def frame_at(self, now_ns: int) -> int:
        """The engine frame that is worked out at this moment."""
        frame, began_ns = self._newest()
        return frame + round((now_ns - began_ns) * 1e-9 * self._rate)

    def due_ns(self, frame: int) -> int:
        """When an event on `frame` is to leave."""
        at, began_ns = self._newest()
        return began_ns + round((frame - at + self._later_frames) / self._rate * 1e9)

    def ns(self, frames: int) -> int:
        """How long so many frames last."""
        return round(frames / self._rate * 1e9)

    def _newest(self) -> tuple[int, int]:
        while True:
            began_ns = int(self._record["began_ns"][0])
            frame = int(self._record["began_frame"])
            if int(self._record["began_ns"][0]) == began_ns:
                return frame, began_ns
