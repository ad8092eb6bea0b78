"""The count-in: clicks on every beat of so many bars, before the song starts with the take."""

from engine.audio.host import Host
from engine.core.commands import Stop
from engine.live.conductor import Conductor
from engine.live.journal import Clicked, Unclicked

LEAD_S = 0.05


class CountIn:
    """At most one. The control thread alone calls it."""

    def __init__(self, conductor: Conductor, host: Host) -> None:
        self._conductor, self._host = conductor, host
        self._until_frames: int | None = None

    def begin(self, bars: int) -> int:
        """Plan the clicks; the frame after them, 0 for none. The first click of a bar is accented."""
        if not bars:
            return 0
        machine = self._conductor.schedule.latest
        bar, pulse, per_tick = machine.pattern.bar_ticks, machine.pattern.pulse_ticks, machine.timeline.frames_per_tick
        first = self._conductor.earliest_frames + round(LEAD_S * self._host.sample_rate)
        for ticks in range(0, bars * bar, pulse):
            click = Clicked(first + round(ticks * per_tick), ticks % bar == 0)
            self._host.clicks.add(click.at_frames, click.accent)
            self._conductor.note(click)
        self._until_frames = first + round(bars * bar * per_tick)
        return self._until_frames

    def cancel(self) -> None:
        """Stop clicking; the song that was to start after the clicks does not."""
        until, earliest = self._until_frames, self._conductor.earliest_frames
        if until is not None and until > earliest:
            self._conductor.perform(Stop(), at_frames=until)
            self._host.clicks.forget_from(earliest)
            self._conductor.note(Unclicked(earliest))
        self._until_frames = None
