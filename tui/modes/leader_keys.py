"""What every hand on the panel needs: commands to ask for, the track under the cursor, and leader keys."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from textual.events import Key
from textual.message import Message

from engine.core.commands import Command, SetStep, SetSteps
from engine.core.commands.boundary import Boundary
from engine.core.machine import Machine
from engine.core.pattern import Pattern, Track
from engine.core.requests import MidiRequest
from tui.glyphs import Glyphs
from tui.keymap import Keymap, key_label
from tui.screens.panel import Panel
from tui.waiting import Topic

END = ""


class Asked(Message):
    """A command for the engine, at a boundary; or something of its MIDI desk."""

    def __init__(self, command: Command | MidiRequest, boundary: Boundary = Boundary.NOW) -> None:
        super().__init__()
        self.command, self.boundary = command, boundary


class LengthChosen(Message):
    """Takes are to last as the key says: a digit's bars, `up` twice as many, `down` half, `L` until ended."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class Told(Message):
    """A word for the notice line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Leads(Panel):
    """Leader keys: while `lead` is set, `leads[lead]` is given each key, digits as digits. It answers with the lead
    that waits next (END for none), or None for a key that is not its own: that ends the wait, and is done as usual
    after a lead of `lasting`, which has had its keys already."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self.boundary = Boundary.BAR
        self.leads: dict[str, Callable[[str], str | None]] = {}
        self.lasting: set[str] = set()
        self._digits = {key: action.id.rpartition("-")[2] for action in keymap for key in action.keys
                        if action.id.startswith(("track-", "digit-"))}
        self._calls = {key: action.call for action in keymap for key in action.keys}

    async def on_key(self, event: Key) -> None:
        """Give a key to the leader key that waits, or do what it is for: here, and not by TaoApp's bindings, so that
        keys that arrive together, as over a slow line, are done in their order."""
        lead = self.lead
        if lead:
            answer = self.leads[lead](self._digits.get(event.key, event.key))
            self.lead = answer or END
            if answer is not None or lead not in self.lasting:
                event.stop()
                return
        if event.key in self._calls:
            event.stop()
            await self.app.run_action(self._calls[event.key])

    def action_lead(self, lead: str) -> None:
        """Wait for what belongs to a leader key."""
        self.lead = lead

    @property
    def playing_machine(self) -> Machine:
        """The machine as last shown."""
        assert self.machine is not None, "TaoApp shows a snapshot before it takes keys"
        return self.machine

    @property
    def track(self) -> Track:
        """The track that the cursor is on."""
        return self.playing_machine.pattern.tracks[self.cursor[0]]

    def ask(self, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        """Hand a command to TaoApp."""
        self.post_message(Asked(command, boundary))

    def tell(self, text: str) -> None:
        """A word for the notice line."""
        self.post_message(Told(text))

    def wanted(self, topic: Topic) -> Any:
        """How it will be: as asked for, or else as it is."""
        return self.waiting.wanted(topic, self.playing_machine)

    def want(self, topic: Topic, value: Any, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        """Ask for a value, and remember it until it comes: keys come faster than snapshots."""
        self.waiting.want(topic, value, self.playing_machine, time.monotonic())
        self.ask(command, boundary)

    @property
    def wanted_pattern(self) -> Pattern:
        """The pattern as it will be."""
        return self.waiting.pattern(self.playing_machine)

    def key_of(self, action_id: str) -> str:
        """The first key of an action, as it is printed."""
        keys = self.keymap[action_id].keys
        return key_label(keys[0], self.glyphs) if keys else action_id

    def put(self, steps: Sequence[SetStep]) -> None:
        """Ask for these steps as one change, and remember them until they come."""
        now_s = time.monotonic()
        for one in steps:
            self.waiting.want(Topic("step", one.track, one.index), one.step, self.playing_machine, now_s)
        if steps:
            self.ask(steps[0] if len(steps) == 1 else SetSteps(tuple(steps)))
