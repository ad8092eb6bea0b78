"""Ableton Link, an optional extra (its library is GPL): the session on the network, read at any moment.

The only module that imports the library, and only when a session is opened.
"""

import time
from dataclasses import dataclass
from typing import Any

from engine.core.errors import TaoError

PAIRINGS = 5
SETTLE_S = 0.5  # a peer that joins as soon as it is made often sets everybody to its own tempo
#                 (Ableton/link, issue 146; `benchmarks link` counts it)


class LinkMissing(TaoError):
    """The library is not installed."""


@dataclass(frozen=True, slots=True)
class LinkMoment:
    """Where the session is at one moment. beat: in quarter notes, its bar lines at multiples of the quantum;
    peers: how many others there are."""

    bpm: float
    beat: float
    peers: int


class LinkSession:
    """Our part in the session on this network; it runs at `bpm` while we are alone in it.

    It joins SETTLE_S after it was made, on the next call of `at`.
    """

    def __init__(self, bpm: float) -> None:
        try:
            from link import Link
        except ImportError as error:
            raise LinkMissing("Ableton Link is not installed. Install it with pip install 'tao-live[link]' (GPL), or "
                              "choose another clock source.") from error
        self._link: Any = Link(bpm)
        self._clock: Any = self._link.clock()
        self._joins_ns = time.monotonic_ns() + round(SETTLE_S * 1e9)

    @property
    def joined(self) -> bool:
        """Whether others can see us."""
        return bool(self._link.enabled)

    def at(self, at_ns: int, quantum: float) -> LinkMoment:
        """The session when the monotonic clock says `at_ns`; bars have `quantum` quarter notes."""
        if not self.joined and time.monotonic_ns() >= self._joins_ns:
            self._link.enabled = True
        state = self._link.captureAppSessionState()
        beat = state.beatAtTime(self._micros(at_ns), quantum)
        return LinkMoment(state.tempo(), beat, self._link.numPeers())

    def set_bpm(self, bpm: float) -> None:
        """Everybody's tempo from now on."""
        state = self._link.captureAppSessionState()
        state.setTempo(bpm, self._clock.micros())
        self._link.commitAppSessionState(state)

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False

    def _micros(self, at_ns: int) -> int:
        """A moment on Link's own clock, which runs beside the monotonic one: the closest of a few pairs of readings."""
        pairs = []
        for _ in range(PAIRINGS):
            before_ns, micros, after_ns = time.monotonic_ns(), self._clock.micros(), time.monotonic_ns()
            pairs.append((after_ns - before_ns, micros, (before_ns + after_ns) / 2))
        _, micros, when_ns = min(pairs)
        return round(micros + (at_ns - when_ns) / 1000.0)
