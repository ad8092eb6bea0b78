"""Keys that move the cursor and edit ranges of steps: mark, copy, cut, clear, paste, move; and copy whole tracks."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from engine.core.commands import LoadPattern, SetStep, ToggleStep
from engine.core.commands.steps import Row, StepRange, cleared, copied, moved, pasted, range_between, toggled
from engine.core.errors import InvalidValue
from engine.core.pattern import Step, Track
from tui.modes.mode import Actions, Mode
from tui.requests import Requests
from tui.screens.panel import Panel

NEW_HIT = Step(0.8)  # what becomes of an empty step that is given a velocity, a ratchet or the like


class RangeMode(Mode):
    """While steps are marked, the cursor is one corner of them, and what is done to a step is done to all of them."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        super().__init__(panel, requests)
        self._copied: Track | tuple[Row, ...] | None = None

    def actions(self) -> Actions:
        """The cursor, the steps under it, and the clipboard."""
        return {"left": partial(self.go, -1), "right": partial(self.go, 1),
                "up": partial(self.go_to_track, -1), "down": partial(self.go_to_track, 1),
                "bar-left": partial(self.go_bars, -1), "bar-right": partial(self.go_bars, 1),
                "mark-left": partial(self.mark, -1), "mark-right": partial(self.mark, 1),
                "toggle": self.toggle, "clear": self.clear, "copy": self.copy, "cut": self.cut, "paste": self.paste,
                "move-earlier": partial(self.move, -1), "move-later": partial(self.move, 1)}

    def go(self, by: int) -> None:
        """Move along the track, round its ends; while steps are marked, up to them."""
        (lane, step), steps = self.panel.cursor, len(self.track.steps)
        marking = self.panel.marked_from is not None
        self.panel.cursor = lane, min(steps - 1, max(0, step + by)) if marking else (step + by) % steps

    def go_bars(self, by: int) -> None:
        """Move by whole bars."""
        self.go(by * max(1, self.machine.pattern.bar_ticks // self.track.step_ticks))

    def go_to_track(self, by: int) -> None:
        """Move to the track above or below, to the step at the same time."""
        tracks = self.machine.pattern.tracks
        (here, step), old = self.panel.cursor, self.track
        marking = self.panel.marked_from is not None
        lane = min(len(tracks) - 1, max(0, here + by)) if marking else (here + by) % len(tracks)
        same = step * old.step_ticks // tracks[lane].step_ticks
        self.panel.cursor = lane, min(same, len(tracks[lane].steps) - 1)

    def mark(self, by: int) -> None:
        """Mark the step under the cursor, and extend from there."""
        if self.panel.marked_from is None:
            self.panel.marked_from = self.panel.cursor
        self.go(by)

    def unmark(self) -> None:
        """Mark nothing."""
        self.panel.marked_from = None

    def toggle(self) -> None:
        """Put a hit on the step or clear it; of marked steps fill all, or clear all where all hold hits."""
        if self.panel.marked is None:
            self.send(ToggleStep(self.track.name, self.panel.cursor[1]))
            self.say_if_silent(self.track.name)
        else:
            self.set_steps(toggled(self.expected_pattern, self.panel.marked))

    def clear(self) -> None:
        """Clear the step, or the marked ones."""
        if self.panel.marked is None:
            self.set_steps([SetStep(self.track.name, self.panel.cursor[1], None)])
        else:
            self.set_steps(cleared(self.expected_pattern, self.panel.marked))

    def copy(self) -> None:
        """Copy the marked steps, or this track."""
        if self.panel.marked is None:
            self._copied = self.track
            self.notify(f"Copied {self.track.name}. {self.key_of('paste')} pastes it.")
        else:
            self._copy_range(self.panel.marked)
            self.unmark()

    def cut(self) -> None:
        """Copy the marked steps, and clear them."""
        if self.panel.marked is None:
            self.notify(f"No steps are marked. {self.key_of('mark-right')} marks steps, {self.key_of('cut')} cuts "
                        "them.")
            return
        self._copy_range(self.panel.marked)
        self.set_steps(cleared(self.expected_pattern, self.panel.marked))
        self.unmark()

    def paste(self) -> None:
        """Paste steps from the cursor on, or a whole track on this one."""
        if self._copied is None:
            self.notify(f"Nothing is copied yet. {self.key_of('copy')} copies the marked steps, or the whole track.")
        elif isinstance(self._copied, Track):
            whole = replace(self._copied, name=self.track.name)
            self.send(LoadPattern(self.machine.pattern.with_track(whole)))
        else:
            self.set_steps(pasted(self.expected_pattern, self._copied, self.selected))

    def move(self, by: int) -> None:
        """Move the marked steps, or the one under the cursor, a step earlier or later."""
        pattern, by_ticks = self.machine.pattern, by * self.track.step_ticks
        try:
            self.set_steps(moved(self.expected_pattern, self.selected, by_ticks))
        except InvalidValue as problem:
            self.notify(str(problem))
            return
        lane, index = self.panel.cursor
        if self.panel.marked_from is not None:
            mark, at = self.panel.marked_from
            self.panel.marked_from = mark, at + by_ticks // pattern.tracks[mark].step_ticks
        self.panel.cursor = lane, index + by

    @property
    def selected(self) -> StepRange:
        """The marked steps, or the one under the cursor."""
        return self.panel.marked or range_between(self.machine.pattern, self.panel.cursor, self.panel.cursor)

    def edit(self, change: Callable[[Track, Step], Step]) -> None:
        """Change the step under the cursor, or put a hit there; of marked steps change those that hold hits. A step
        that the musician has edited is certain."""
        marked = self.panel.marked is not None
        found = [(track, index, step) for track in self.selected.tracks(self.expected_pattern)
                 for index in self.selected.indices(track)
                 if (step := track.steps[index] or (None if marked else NEW_HIT)) is not None]
        if not found:
            self.notify(f"The marked steps hold no hits. {self.key_of('toggle')} fills them.")
        self.set_steps([SetStep(track.name, index, replace(change(track, step), confidence=1.0))
                        for track, index, step in found])

    def _copy_range(self, marked: StepRange) -> None:
        self._copied = copied(self.expected_pattern, marked)
        steps, rows = max(len(row.steps) for row in self._copied), len(self._copied)
        self.notify(f"Copied {steps} step{'' if steps == 1 else 's'}{f' on {rows} tracks' if rows > 1 else ''}. "
                    f"{self.key_of('paste')} pastes at the cursor.")
