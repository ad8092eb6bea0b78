"""Keys for whole tracks: trigger, mute, solo, lock."""

from functools import partial

from engine.core.commands import SetLock, SetMute, SetMuteStyle, SetSolo, TriggerPad
from engine.core.commands.boundary import Boundary
from engine.core.machine import MuteStyle
from engine.core.pattern import MAX_TRACKS
from tui.modes.mode import END, Actions, Leader, Mode
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.panel import Panel

BOUNDARY_WORDS = {Boundary.NOW: "at once", Boundary.BEAT: "on the next beat", Boundary.BAR: "on the next bar",
                  Boundary.PATTERN: "when the pattern ends"}


class TrackMode(Mode):
    """boundary: when mutes and solos take effect."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self.boundary = Boundary.BAR

    def actions(self) -> Actions:
        """The digits, and the switches of a track."""
        return {**{f"track-{number}": partial(self.trigger, number) for number in range(1, MAX_TRACKS + 1)},
                **{f"digit-{number}": partial(self.trigger, number) for number in (9, 0)},
                "mute": partial(self.wait_for, "mute"), "solo": partial(self.wait_for, "solo"),
                "boundary": self.next_boundary, "lock": self.toggle_lock}

    def leaders(self) -> dict[str, Leader]:
        """Mute and solo."""
        return {"mute": Leader("MUTE  1-8: that track; m: this one; t: cut tails or let them ring; Esc", self._mute,
                               value=lambda: ", ".join(sorted(self.machine.mutes))),
                "solo": Leader("SOLO  1-8: that track; s: this one; Esc", self._solo,
                               value=lambda: ", ".join(sorted(self.machine.solos)))}

    def trigger(self, number: int) -> None:
        """Trigger the one-shot of track `number`, if there is such a track."""
        tracks = self.machine.pattern.tracks
        if 1 <= number <= len(tracks):
            self.send(TriggerPad(tracks[number - 1].name))
            self.say_if_silent(tracks[number - 1].name)

    def next_boundary(self) -> None:
        """Choose the next boundary for mutes and solos."""
        order = list(BOUNDARY_WORDS)
        self.boundary = order[(order.index(self.boundary) + 1) % len(order)]
        self.notify(f"Mutes and solos take effect {BOUNDARY_WORDS[self.boundary]}.")

    def toggle_lock(self) -> None:
        """Lock this track's one-shot, so that loading a kit keeps it; or unlock it."""
        setting = Setting("lock", self.track.name)
        on = not self.expected(setting)
        self.change(setting, on, SetLock(self.track.name, on))

    def toggle_mute(self, lane: int) -> None:
        """Mute a track by its index, or unmute it, at the boundary."""
        if 0 <= lane < len(self.machine.pattern.tracks):
            setting = Setting("mute", self.machine.pattern.tracks[lane].name)
            on = not self.expected(setting)
            self.change(setting, on, SetMute(setting.track, on), self.boundary)

    def toggle_solo(self, lane: int) -> None:
        """Solo a track by its index, or end its solo, at the boundary."""
        if 0 <= lane < len(self.machine.pattern.tracks):
            setting = Setting("solo", self.machine.pattern.tracks[lane].name)
            on = not self.expected(setting)
            self.change(setting, on, SetSolo(setting.track, on), self.boundary)

    def _mute(self, key: str) -> str | None:
        if key == "t":
            rings = self.machine.mute_style is MuteStyle.RINGS
            self.send(SetMuteStyle(MuteStyle.GATES if rings else MuteStyle.RINGS))
            self.notify("Mutes now cut tails." if rings else "Mutes now let tails ring.")
            return END
        lane = self._lane(key, "m")
        if lane is None:
            return None
        self.toggle_mute(lane)
        return END

    def _solo(self, key: str) -> str | None:
        lane = self._lane(key, "s")
        if lane is None:
            return None
        self.toggle_solo(lane)
        return END

    def _lane(self, key: str, this_track: str) -> int | None:
        """The index of the track that a key means; may be one that does not exist."""
        if key == this_track:
            return self.panel.cursor[0]
        return int(key) - 1 if key.isdigit() else None
