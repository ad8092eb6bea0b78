"""Keys for what the decomposition was not sure of: hits that it left out, and a track's second-best name."""

from engine.core.candidates import TrackCandidates
from engine.core.commands import SetRole, SetStep
from tui.modes.mode import Actions, Mode
from tui.requests import Requests
from tui.screens.panel import Panel


class CandidateMode(Mode):
    """Repairs the track under the cursor with what the newest snapshot says of it."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self._candidates: dict[str, TrackCandidates] = {}

    def actions(self) -> Actions:
        """One key each."""
        return {"bring-back": self.bring_back, "second-name": self.rename}

    def show(self, candidates: tuple[TrackCandidates, ...]) -> None:
        """Take over the candidates of the newest snapshot."""
        self._candidates = {known.track: known for known in candidates}

    def bring_back(self) -> None:
        """Set the steps that were left out on this track, where it has none."""
        track = self.track
        known = self._candidates.get(track.name)
        back = [SetStep(track.name, hit.index, hit.step) for hit in (known.steps if known else ())
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
        known = self._candidates.get(name)
        second = known.second_name if known else ""
        if not second:
            self.notify(f"There is no second-best name for {name}. Press {self.key_of('shape')} r to choose one.")
        elif second in (track.name for track in self.machine.pattern.tracks):
            self.notify(f"{name} may also be {second}, but another track has that name. Rename that one first.")
        else:
            self.send(SetRole(name, second))
            self.notify(f"{name} is now {second}. {self.key_of('correct')} re-solves the kit to match.")
