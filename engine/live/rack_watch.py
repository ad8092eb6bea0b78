"""Watches the rack: one that is too slow, or puts out invalid values, is bypassed on the next bar line."""

from engine.audio.host import Host
from engine.core.commands import Boundary, BypassRack
from engine.live.conductor import Conductor
from engine.live.notices import Notices

TIMES = 64  # so many more blocks over their budget than within it


class RackWatch:
    """`step` checks; the bypass is a command, journalled like any other."""

    def __init__(self, conductor: Conductor, host: Host, notices: Notices) -> None:
        self._conductor, self._host, self._notices = conductor, host, notices
        self._bad_values = 0

    def step(self) -> None:
        """Bypass the rack if it fails."""
        if self._host.rack is None or self._conductor.schedule.latest.effects.bypassed:
            return
        bad_values = int(self._host.record["rack_bad_values"])
        if bad_values > self._bad_values:
            self._bad_values = bad_values
            self._bypass("The effects rack produced invalid values")
        elif self._host.record["over_budget"] >= TIMES:
            self._bypass("This computer is too slow for the effects rack")

    def _bypass(self, why: str) -> None:
        self._conductor.follow_up(BypassRack(True), Boundary.BAR)
        self._notices.warn(f"{why}: the rack is bypassed from the next bar line. E brings it back.")
