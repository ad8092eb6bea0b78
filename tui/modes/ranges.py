"""Hands on ranges of steps: mark them, copy, cut, clear, paste and move them; and whole tracks."""

from collections.abc import Callable
from dataclasses import replace

from engine.core.commands import LoadPattern, SetStep, ToggleStep
from engine.core.commands.steps import Row, StepRange, cleared, copied, moved, pasted, range_between, toggled
from engine.core.errors import InvalidValue
from engine.core.pattern import Step, Track
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.modes.leader_keys import Leads


class RangeKeys(Leads):
    """While steps are marked, the cursor is a corner of them, and what is done to a step is done to all of them."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self._copied: Track | tuple[Row, ...] | None = None

    def action_step(self, by: int) -> None:
        """Move along the track, round its ends; while steps are marked, up to them."""
        (lane, step), steps = self.cursor, len(self.track.steps)
        at = (step + by) % steps if self.marked_from is None else min(steps - 1, max(0, step + by))
        self.cursor = lane, at

    def action_bar(self, by: int) -> None:
        """Move by whole bars."""
        self.action_step(by * self.playing_machine.pattern.beats_per_bar * self.track.steps_per_beat)

    def action_lane(self, by: int) -> None:
        """Move to the track above or below, to the step that sounds at the same time."""
        tracks = self.playing_machine.pattern.tracks
        (here, step), old = self.cursor, self.track
        lane = (here + by) % len(tracks) if self.marked_from is None else min(len(tracks) - 1, max(0, here + by))
        same = step * old.step_ticks // tracks[lane].step_ticks
        self.cursor = lane, min(same, len(tracks[lane].steps) - 1)

    def action_mark(self, by: int) -> None:
        """Mark the step under the cursor, and then further ones."""
        if self.marked_from is None:
            self.marked_from = self.cursor
        self.action_step(by)

    def action_strike(self) -> None:
        """Strike or silence the step; of marked ones strike all, or silence all where all are struck."""
        if self.marked is None:
            self.ask(ToggleStep(self.track.name, self.cursor[1]))
        else:
            self.put(toggled(self.wanted_pattern, self.marked))

    def action_clear(self) -> None:
        """Silence the step, or the marked ones."""
        if self.marked is None:
            self.put([SetStep(self.track.name, self.cursor[1], None)])
        else:
            self.put(cleared(self.wanted_pattern, self.marked))

    def action_copy_track(self) -> None:
        """Keep the marked steps, or those of this track."""
        if self.marked is None:
            self._copied = self.track
            self.tell(f"{self.track.name} is copied; {self.key_of('paste')} pastes it.")
        else:
            self._keep(self.marked)
            self.marked_from = None

    def action_cut(self) -> None:
        """Keep the marked steps, and silence them."""
        if self.marked is None:
            self.tell(f"Nothing is marked; {self.key_of('mark-right')} marks steps, {self.key_of('cut')} cuts them.")
            return
        self._keep(self.marked)
        self.put(cleared(self.wanted_pattern, self.marked))
        self.marked_from = None

    def action_paste_track(self) -> None:
        """Put the steps that were kept here: from the cursor on, or, of a whole track, on all of this one."""
        if self._copied is None:
            self.tell(f"Nothing is copied yet; {self.key_of('copy')} copies a track, or the steps that are marked.")
        elif isinstance(self._copied, Track):
            whole = replace(self._copied, name=self.track.name)
            self.ask(LoadPattern(self.playing_machine.pattern.with_track(whole)))
        else:
            self.put(pasted(self.wanted_pattern, self._copied, self.meant))

    def action_move(self, by: int) -> None:
        """Move the marked steps, or the one under the cursor, a step earlier or later."""
        pattern, by_ticks = self.playing_machine.pattern, by * self.track.step_ticks
        try:
            self.put(moved(self.wanted_pattern, self.meant, by_ticks))
        except InvalidValue as problem:
            self.tell(str(problem))
            return
        lane, index = self.cursor
        if self.marked_from is not None:
            mark, at = self.marked_from
            self.marked_from = mark, at + by_ticks // pattern.tracks[mark].step_ticks
        self.cursor = lane, index + by

    @property
    def meant(self) -> StepRange:
        """The marked steps, or the one under the cursor."""
        return self.marked or range_between(self.playing_machine.pattern, self.cursor, self.cursor)

    def edit(self, change: Callable[[Track, Step], Step]) -> None:
        """Change the step under the cursor, or strike it so; of marked ones those that are struck. What a musician has
        touched is sure."""
        found = [(track, index, step) for track in self.meant.tracks(self.wanted_pattern)
                 for index in self.meant.indices(track)
                 if (step := track.steps[index] or (None if self.marked else Step(0.8))) is not None]
        if not found:
            self.tell(f"No marked step is struck; {self.key_of('toggle')} strikes them.")
        self.put([SetStep(track.name, index, replace(change(track, step), confidence=1.0))
                  for track, index, step in found])

    def _keep(self, marked: StepRange) -> None:
        self._copied = copied(self.wanted_pattern, marked)
        steps, rows = max(len(row.steps) for row in self._copied), len(self._copied)
        self.tell(f"{steps} step{'' if steps == 1 else 's'}{f' on {rows} tracks' if rows > 1 else ''} copied; "
                  f"{self.key_of('paste')} pastes them at the cursor.")
