"""Keys for what the decomposition was not sure of: hits that it left out, and a track's second-best name."""

from engine.core.commands import SetRole, SetStep
from engine.core.doubts import Doubt
from tui.modes.mode import Actions, Mode
from tui.requests import Requests
from tui.screens.panel import Panel


class DoubtMode(Mode):
    """Repairs the track under the cursor with what the newest snapshot says of it."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self._doubts: dict[str, Doubt] = {}

    def actions(self) -> Actions:
        """One key each."""
        return {"bring-back": self.bring_back, "second-name": self.rename}

    def show(self, doubts: tuple[Doubt, ...]) -> None:
        """Take over the doubts of the newest snapshot."""
        self._doubts = {doubt.track: doubt for doubt in doubts}

    def bring_back(self) -> None:
        """Set the steps that were left out on this track, where it has none."""
        track = self.track
        doubt = self._doubts.get(track.name)
        back = [SetStep(track.name, hit.index, hit.step) for hit in (doubt.left_out if doubt else ())
                if hit.index < len(track.steps) and track.steps[hit.index] is None]
        if not back:
            self.notify(f"No hits were left out on {track.name}.")
            return
        self.set_steps(back)
        self.notify(f"{len(back)} soft hit{'' if len(back) == 1 else 's'} brought back on {track.name}. "
                    f"{self.key_of('correct')} re-solves the kit with them.")

    def rename(self) -> None:
        """Give this track its second-best name."""
        name = self.track.name
        doubt = self._doubts.get(name)
        second = doubt.second_name if doubt else ""
        if not second:
            self.notify(f"There is no second-best name for {name}. Press {self.key_of('shape')} r to choose one.")
        elif second in (track.name for track in self.machine.pattern.tracks):
            self.notify(f"{name} may also be {second}, but another track has that name. Rename that one first.")
        else:
            self.send(SetRole(name, second))
            self.notify(f"{name} is now {second}. {self.key_of('correct')} re-solves the kit to match.")
