"""Watches the rack: one that takes too long, or answers no numbers, is left out from the next bar line on."""

from collections.abc import Callable

from engine.audio.host import Host
from engine.core.commands import Boundary, BypassRack
from engine.core.snapshot import Notice
from engine.live.conductor import Conductor

TIMES = 64  # so many more blocks over their budget than within it


class RackWatch:
    """`tick` looks; the command it gives is journalled like any other. `tell` takes a line for the musician."""

    def __init__(self, conductor: Conductor, host: Host, tell: Callable[[Notice], None]) -> None:
        self._conductor, self._host, self._tell = conductor, host, tell
        self._bad_values = 0

    def tick(self) -> None:
        """Look whether the rack must go."""
        if self._host.rack is None or self._conductor.schedule.latest.effects.bypassed:
            return
        bad_values = int(self._host.record["rack_bad_values"])
        if bad_values > self._bad_values:
            self._bad_values = bad_values
            self._leave_out("The effects rack gives values that are no numbers")
        elif self._host.record["over_budget"] >= TIMES:
            self._leave_out("The computer is too slow for the effects rack")

    def _leave_out(self, why: str) -> None:
        self._conductor.follow_up(BypassRack(True), Boundary.BAR)
        self._tell(Notice(f"{why}: it is left out from the next bar line. E brings it back.", urgent=True))
