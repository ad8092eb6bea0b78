"""The instrument's one screen: it composes, keeps the cursor, and turns keys into questions for TaoApp."""

import time
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen

from engine.core.commands import Boundary, Command, SetMute, SetSolo, SetStep, ToggleStep, TriggerPad
from engine.core.confidence import next_doubtful
from engine.core.machine import Machine
from engine.core.pattern import Step, Track
from engine.core.snapshot import Notice, Snapshot
from tui.geometry import FIXED_ROWS, FULL_LABEL, NARROW_BELOW, SHORT_LABEL, GridView, fit_view
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.waiting import Waiting
from tui.widgets.lane import Lane
from tui.widgets.lines import Banner, KeyBar, NoticeLine, StepLine
from tui.widgets.loop_strip import LoopStrip
from tui.widgets.rack import Pad, Rack
from tui.widgets.step_grid import StepGrid
from tui.widgets.transport import Transport

BARS_OF_DIGIT = {0: 16}


class Asked(Message):
    """A command for the engine, at a boundary."""

    def __init__(self, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        super().__init__()
        self.command, self.boundary = command, boundary


class LengthChosen(Message):
    """Takes are to last this many bars."""

    def __init__(self, bars: int) -> None:
        super().__init__()
        self.bars = bars


class InstrumentScreen(Screen[None]):
    """`show` is given each snapshot. `cursor`: (track index, step index); `lead`: a leader key that waits."""

    cursor: reactive[tuple[int, int]] = reactive((0, 0))
    lead: reactive[str] = reactive("")

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__()
        self.glyphs, self.keymap = glyphs, keymap
        self.machine: Machine | None = None
        self.waiting = Waiting()
        self.shown_at_s = 0.0
        self.transport, self.loop_strip = Transport(glyphs), LoopStrip(glyphs)
        self.grid, self.rack = StepGrid(glyphs), Rack(glyphs)
        self.banner, self.step_line = Banner(glyphs), StepLine()
        self.notice_line, self.key_bar = NoticeLine(glyphs), KeyBar(keymap, glyphs)

    def compose(self) -> ComposeResult:
        """From top to bottom, as a hand moves: clock, loop, steps, pads, words."""
        yield self.transport
        yield self.banner
        yield self.loop_strip
        yield self.grid
        yield self.step_line
        yield self.rack
        with Vertical(id="foot"):
            yield self.notice_line
            yield self.key_bar

    def show(self, snapshot: Snapshot, record_bars: int, banner: str, notice: Notice, now_s: float) -> None:
        """Take over the newest snapshot, and what TaoApp has to say."""
        status, meters = snapshot.status, snapshot.meters
        elapsed_s, self.shown_at_s = now_s - self.shown_at_s, now_s
        self._take_machine(status.machine, now_s)
        self.transport.show(snapshot, record_bars, elapsed_s)
        if banner != self.banner.text:
            self.banner.text = banner
            self._fit()
        self.loop_strip.show(status.machine.loop, status.job)
        self.loop_strip.wave.show_playing(snapshot.loop_fraction)
        self.grid.show_playing(snapshot)
        self.rack.show_levels(meters.peaks, elapsed_s)
        self.notice_line.text, self.notice_line.urgent = notice.text, notice.urgent

    def show_load(self, load: float) -> None:
        """The DSP load, twice a second."""
        self.transport.show_load(load)

    def _take_machine(self, machine: Machine, now_s: float) -> None:
        self.grid.show_machine(machine, self.waiting.still(machine, now_s))
        if machine is self.machine:
            return
        self.machine = machine
        self._fit()
        self.rack.show_machine(machine)
        track, step = self.cursor
        track = min(track, len(machine.pattern.tracks) - 1)
        self.cursor = track, min(step, len(machine.pattern.tracks[track].steps) - 1)
        self._turn_page()

    def _turn_page(self) -> None:
        if self.machine is None:
            return
        label = SHORT_LABEL if self.size.width < NARROW_BELOW else FULL_LABEL
        track, step = self.cursor
        at_beat = step // self.machine.pattern.tracks[track].steps_per_beat
        view: GridView = fit_view(self.size.width, label, self.machine.pattern, at_beat)
        self.grid.show_view(view, track, step)
        self.loop_strip.wave.view = view
        self.step_line.track, self.step_line.index = self.machine.pattern.tracks[track], step

    def on_resize(self) -> None:
        """Another size, perhaps another view."""
        self._fit()
        self._turn_page()

    def _fit(self) -> None:
        """The compact view where rack and wave have no room beside the lanes; more air where there is plenty."""
        tracks = len(self.machine.pattern.tracks) if self.machine else 0
        needed = FIXED_ROWS + tracks + (2 if self.banner.text else 0)
        self.set_class(self.size.width < NARROW_BELOW, "-narrow")
        self.set_class(self.size.height < needed, "-short")
        self.set_class(self.size.height >= needed + tracks + 4, "-tall")

    def watch_cursor(self) -> None:
        """Show where the cursor went."""
        self._turn_page()

    def watch_lead(self, lead: str) -> None:
        """Say what the leader key waits for."""
        self.key_bar.lead = lead

    def on_key(self, event: Key) -> None:
        """While a leader key waits, a key that it does not know only ends the wait."""
        known = {"mute": "m", "solo": "s"}.get(self.lead)
        if self.lead and not event.key.isdigit():
            event.stop()
            if event.key == known:
                self._switch(self.cursor[0])
            self.lead = ""

    @property
    def track(self) -> Track:
        """The track that the cursor is on."""
        assert self.machine is not None, "TaoApp shows a snapshot before it takes keys"
        return self.machine.pattern.tracks[self.cursor[0]]

    def ask(self, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        """Hand a command to TaoApp."""
        self.post_message(Asked(command, boundary))

    def action_step(self, by: int) -> None:
        """Move along the track, round its ends."""
        track, step = self.cursor
        self.cursor = track, (step + by) % len(self.track.steps)

    def action_bar(self, by: int) -> None:
        """Move by whole bars."""
        assert self.machine is not None
        self.action_step(by * self.machine.pattern.beats_per_bar * self.track.steps_per_beat)

    def action_lane(self, by: int) -> None:
        """Move to the track above or below, to the step that sounds at the same time."""
        assert self.machine is not None
        tracks = self.machine.pattern.tracks
        old, step = self.track, self.cursor[1]
        lane = (self.cursor[0] + by) % len(tracks)
        same = step * old.step_ticks // tracks[lane].step_ticks
        self.cursor = lane, min(same, len(tracks[lane].steps) - 1)

    def action_strike(self) -> None:
        """Strike or silence the step."""
        self.ask(ToggleStep(self.track.name, self.cursor[1]))

    def action_clear(self) -> None:
        """Silence the step."""
        self.ask(SetStep(self.track.name, self.cursor[1], None))

    def action_accent(self, by: float) -> None:
        """Strike the step harder or softer; a silent one stays silent."""
        step = self.track.steps[self.cursor[1]]
        if step is not None:
            self._set_velocity(min(1.0, max(0.05, step.velocity + by)))

    def _set_velocity(self, velocity: float) -> None:
        step = self.track.steps[self.cursor[1]] or Step()
        sure = replace(step, velocity=round(velocity, 3), confidence=1.0)
        self.ask(SetStep(self.track.name, self.cursor[1], sure))

    def action_next_doubtful(self) -> None:
        """Go to the next step that the transcriber was not sure of."""
        assert self.machine is not None
        self.cursor = next_doubtful(self.machine.pattern, *self.cursor) or self.cursor

    def action_lead(self, lead: str) -> None:
        """Wait for a digit."""
        self.lead = lead

    async def action_escape(self) -> None:
        """Esc twice in a row silences everything; TaoApp counts."""
        await self.app.run_action("escape")

    def action_digit(self, digit: int) -> None:
        """Strike the track's one-shot, or finish what a leader key began."""
        lead, self.lead = self.lead, ""
        match lead:
            case "length":
                self.post_message(LengthChosen(BARS_OF_DIGIT.get(digit, digit)))
            case "velocity":
                self._set_velocity((digit or 10) / 10)
            case "mute" | "solo":
                self._switch(digit - 1, lead)
            case _:
                self._strike(digit)

    def _strike(self, number: int) -> None:
        assert self.machine is not None
        if 1 <= number <= len(self.machine.pattern.tracks):
            self.ask(TriggerPad(self.machine.pattern.tracks[number - 1].name))

    def _switch(self, lane: int, kind: str = "") -> None:
        assert self.machine is not None
        kind = kind or self.lead
        if not 0 <= lane < len(self.machine.pattern.tracks):
            return
        name = self.machine.pattern.tracks[lane].name
        on_ = self.waiting.toggle(kind, name, self.machine, time.monotonic())
        self.ask(SetMute(name, on_) if kind == "mute" else SetSolo(name, on_), Boundary.BAR)

    @on(Lane.StepPressed)
    def _step_pressed(self, event: Lane.StepPressed) -> None:
        self.cursor = event.number - 1, event.index
        self.action_strike()

    @on(Lane.LabelPressed)
    def _label_pressed(self, event: Lane.LabelPressed) -> None:
        if event.part == "name":
            self._strike(event.number)
        else:
            self._switch(event.number - 1, event.part)

    @on(Pad.Struck)
    def _pad_struck(self, event: Pad.Struck) -> None:
        self._strike(event.number)
