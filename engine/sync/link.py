"""Ableton Link as the clock source: the session is joined, followed, given our tempo, and left again."""

import statistics
from collections import deque
from collections.abc import Callable

from engine.audio.frame_clock import FrameClock
from engine.core.commands import Boundary
from engine.core.midi import ClockSource
from engine.core.snapshot import Sync, SyncState
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.sync.link_follower import LinkFollower, bar_frames
from engine.sync.link_session import LinkMissing, LinkMoment, LinkSession

READ_EVERY_S = 0.02  # a change of tempo is heard at once
READINGS = 75  # of when blocks began; the median counts, for the callback wakes now early, now late


class LinkControl:
    """The control thread calls `step` on every turn.

    clock: when blocks begin, by the computer's time; latency_frames: how long after that they are heard, now;
    in_auto: whether the clock source `auto` includes Link while `has_clock` says that no MIDI clock comes;
    join: opens a session at our tempo.
    """

    def __init__(self, conductor: Conductor, clock: FrameClock, latency_frames: Callable[[], int], notices: Notices,
                 in_auto: bool, has_clock: Callable[[], bool],
                 join: Callable[[float], LinkSession] = LinkSession) -> None:
        self._conductor, self._clock, self._notices = conductor, clock, notices
        self._latency_frames = latency_frames
        self._in_auto, self._has_clock, self._join_session = in_auto, has_clock, join
        self._session: LinkSession | None = None
        self._follower = LinkFollower()
        self._origins_ns: deque[int] = deque(maxlen=READINGS)
        self._steered_frames = -1 << 40
        self._missing = False
        self._moment: LinkMoment | None = None

    @property
    def sync(self) -> Sync | None:
        """The clock that is followed, as shown to the musician; None while it is not Link."""
        source = self._conductor.machine.midi.source
        if self._is_source and self._moment is not None and self._moment.peers:
            return Sync(source, SyncState.LOCKED, round(self._moment.bpm, 1), peers=self._moment.peers)
        return Sync(source, SyncState.WAITING) if source is ClockSource.LINK else None

    def use(self, clock: FrameClock) -> None:
        """The audio device has changed, and with it the time of each frame."""
        self._clock = clock
        self._origins_ns.clear()

    def step(self) -> None:
        """Join, follow or leave."""
        if not self._is_source:
            self.close()
            self._missing = False
            return
        if self._session is None and not self._missing:
            self._join()
        at_frames = self._conductor.earliest_frames
        every = READ_EVERY_S * self._conductor.machine.timeline.sample_rate
        if self._session is not None and at_frames - self._steered_frames >= every:
            self._steered_frames = at_frames
            self._follow(self._session, at_frames)

    @property
    def _is_source(self) -> bool:
        source = self._conductor.machine.midi.source
        return source is ClockSource.LINK or (source is ClockSource.AUTO and self._in_auto and not self._has_clock())

    def launch_frames(self) -> int:
        """The frame on which a song begins: the session's next bar line; 0, for now, when we are alone in it."""
        if self._session is None or self._moment is None or self._moment.peers == 0:
            return 0
        machine, at_frames = self._conductor.machine, self._conductor.earliest_frames
        moment = self._at(self._session, at_frames)
        return bar_frames(moment, machine.pattern.beats_per_bar, at_frames, machine.timeline.sample_rate)

    def close(self) -> None:
        """Leave the session."""
        if self._session is not None:
            self._session.close()
            self._session = self._moment = None

    def _join(self) -> None:
        try:
            self._session = self._join_session(self._conductor.machine.timeline.bpm)
        except LinkMissing as missing:
            self._missing = True
            self._notices.warn(str(missing))
        self._follower = LinkFollower()

    def _follow(self, session: LinkSession, at_frames: int) -> None:
        machine = self._conductor.machine
        self._moment = moment = self._at(session, at_frames)
        asked = self._follower.tempo_asked(machine, moment)
        if asked is not None:
            session.set_bpm(asked)
        elif self._conductor.schedule.has_room:
            steer = self._follower.steer(machine, moment, at_frames)
            if steer is not None:
                self._conductor.follow_up(steer, Boundary.NOW, at_frames)

    def _at(self, session: LinkSession, at_frames: int) -> LinkMoment:
        """The session when `at_frames` is heard."""
        self._origins_ns.append(self._clock.due_ns(0))
        due_ns = round(statistics.median(self._origins_ns) + self._clock.ns(at_frames + self._latency_frames()))
        return session.at(due_ns, self._conductor.machine.pattern.beats_per_bar)
