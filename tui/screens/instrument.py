"""The instrument under hands: keys and clicks become questions for TaoApp."""

import time
from dataclasses import replace
from typing import Any

from textual import on
from textual.events import Key
from textual.message import Message

from engine.core.commands import (
    Boundary,
    Command,
    SetListen,
    SetMute,
    SetSolo,
    SetStep,
    SetTempo,
    ToggleStep,
    TriggerPad,
)
from engine.core.confidence import next_doubtful
from engine.core.machine import Listen
from engine.core.pattern import Step, Track
from engine.core.timeline import MAX_BPM, MIN_BPM
from tui.screens.panel import Panel
from tui.waiting import Topic
from tui.widgets.lane import Lane
from tui.widgets.rack import Pad


class Asked(Message):
    """A command for the engine, at a boundary."""

    def __init__(self, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        super().__init__()
        self.command, self.boundary = command, boundary


class LengthChosen(Message):
    """Takes are to last as the key says: a digit's bars, `up` twice as many, `down` half, `L` until ended."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class InstrumentScreen(Panel):
    """The panel under hands: every key and click becomes a question for TaoApp, or moves the cursor."""

    def on_key(self, event: Key) -> None:
        """While a leader key waits, a key that it does not know only ends the wait."""
        known = {"mute": "m", "solo": "s"}.get(self.lead)
        if self.lead and not event.key.isdigit():
            event.stop()
            if self.lead == "length":
                self.post_message(LengthChosen(event.key))
            elif event.key == known:
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

    def want(self, topic: Topic, value: Any, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        """Ask for a value, and remember it until it comes: keys come faster than snapshots."""
        assert self.machine is not None
        self.waiting.want(topic, value, self.machine, time.monotonic())
        self.ask(command, boundary)

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
        step = self._wanted_step()
        if step is not None:
            self._set_velocity(min(1.0, max(0.05, step.velocity + by)))

    def _wanted_step(self) -> Step | None:
        assert self.machine is not None
        return self.waiting.wanted(Topic("step", self.track.name, self.cursor[1]), self.machine)

    def _set_velocity(self, velocity: float) -> None:
        track, index = self.track.name, self.cursor[1]
        sure = replace(self._wanted_step() or Step(), velocity=round(velocity, 3), confidence=1.0)
        self.want(Topic("step", track, index), sure, SetStep(track, index, sure))

    def action_tempo(self, by_bpm: float) -> None:
        """Faster or slower, within what a tempo may be."""
        assert self.machine is not None
        bpm = min(MAX_BPM, max(MIN_BPM, self.waiting.wanted(Topic("tempo"), self.machine) + by_bpm))
        self.want(Topic("tempo"), bpm, SetTempo(bpm))

    def action_listen(self, when: str) -> None:
        """Go on to the next of Original, Kit + Residual and Kit."""
        assert self.machine is not None
        order = list(Listen)
        following = order[(order.index(self.waiting.wanted(Topic("listen"), self.machine)) + 1) % len(order)]
        if self.machine.loop is None:
            self.ask(SetListen(following))  # the engine says what is missing; nothing is waited for
        else:
            self.want(Topic("listen"), following, SetListen(following), Boundary(when))

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
                self.post_message(LengthChosen(str(digit)))
            case "velocity":
                self._set_velocity((digit or 10) / 10)
            case "mute" | "solo":
                self._switch(digit - 1, lead)
            case _:
                self._strike(digit)

    async def action_resample_track(self) -> None:
        """Record the track that the cursor is on."""
        await self.app.run_action(f"resample({self.track.name!r})")

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
        on_ = not self.waiting.wanted(Topic(kind, name), self.machine)
        self.want(Topic(kind, name), on_, SetMute(name, on_) if kind == "mute" else SetSolo(name, on_),
                  Boundary.BAR)

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
