"""Following an Ableton Link session: its tempo and bar lines are ours. No device in here, and no thread.

A session's tempo belongs to everyone in it: when the musician changes ours, the session's changes too. When somebody
else changes it, the song catches up at once; otherwise it comes to the bar line gently.
"""

from engine.core.commands import FollowTempo
from engine.core.machine import Machine
from engine.core.time_signature import Quarters
from engine.core.timeline import MAX_BPM, MIN_BPM, PPQN
from engine.sync.clock_follower import LEAST_CHANGE
from engine.sync.link_session import LinkMoment
from engine.sync.pull import Pull

MOST_CAUGHT_UP_S = 0.25  # a song that was further away before is brought to the bar line gently
NEAR = 1e-4  # Link keeps a tempo as whole microseconds a beat, so what was set is read a little differently


class LinkFollower:
    """Says how to steer towards the session, or which tempo to give it."""

    def __init__(self) -> None:
        self._steered_bpm: float | None = None
        self._session_bpm: float | None = None
        self._pull = Pull()

    def tempo_asked(self, machine: Machine, session: LinkMoment) -> float | None:
        """The tempo to give the session: what the musician has set, or ours while nobody else is there; else None."""
        bpm, steered_bpm = machine.timeline.bpm, self._steered_bpm
        if session.peers and steered_bpm in (None, bpm):
            return None
        self._steered_bpm = bpm
        return bpm if abs(bpm - session.bpm) > NEAR * bpm else None

    def steer(self, machine: Machine, session: LinkMoment, at_frames: int) -> FollowTempo | None:
        """What to plan for `at_frames`, where the session will be as given; None when there is nothing to do."""
        if session.peers == 0:
            self._steered_bpm, self._session_bpm, followed = None, None, machine.midi.leader_bpm
            return None if followed is None else FollowTempo(followed, None)
        if self._session_bpm is not None and abs(session.bpm - self._session_bpm) > NEAR * session.bpm:
            self._pull.catches_up = abs(behind_s(machine, session, at_frames)) < MOST_CAUGHT_UP_S
        self._session_bpm = session.bpm
        share = self._pull.share(behind_s(machine, session, at_frames), settled=True)
        wanted = min(MAX_BPM, max(MIN_BPM, session.bpm * (1.0 + share)))
        if self._steered_bpm is not None and abs(wanted - machine.timeline.bpm) <= LEAST_CHANGE * wanted:
            return None
        self._steered_bpm = wanted
        return FollowTempo(wanted, session.bpm)


def behind_s(machine: Machine, session: LinkMoment, at_frames: int) -> float:
    """How far the song is behind the session's nearest bar line; 0 while it does not play."""
    if not machine.playing:
        return 0.0
    per_bar = machine.pattern.beats_per_bar
    behind = (session.beat - beat_at(machine, at_frames) + per_bar / 2) % per_bar - per_bar / 2
    return behind * 60.0 / session.bpm


def beat_at(machine: Machine, at_frames: int) -> float:
    """The song position on a frame, in quarter notes."""
    line = machine.timeline
    return (line.origin_ticks + (at_frames - line.origin_frames) / line.frames_per_tick) / PPQN


def bar_frames(session: LinkMoment, per_bar: Quarters, at_frames: int, sample_rate: int) -> int:
    """The frame of the session's first bar line at or after `at_frames`, where it will be as given."""
    beats = -session.beat % per_bar
    return at_frames + round(beats * 60.0 / session.bpm * sample_rate)
