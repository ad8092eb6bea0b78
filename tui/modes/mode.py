"""What every mode is made of: actions, leader keys, and the way to ask the engine for a change."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.core.commands import Command, SetStep, SetSteps
from engine.core.commands.boundary import Boundary
from engine.core.machine import Machine
from engine.core.pattern import Pattern, Track
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.ask_value import AskValueScreen
from tui.screens.panel import Panel
from tui.typed_values import Question, Value

Actions = Mapping[str, Callable[[], None]]  # by action id of the keymap
END = ""


@dataclass(frozen=True, slots=True)
class Leader:
    """A key that waits for more keys. prompt: what the key bar says meanwhile; value: what is set now, in words.

    answer: is given each key, digits as digits. It returns the name of the leader that waits next (END for none), or
    None for a key that it has no use for. Such a key ends the wait; if the leader is `lasting`, because it has had its
    keys already, the key then does what it usually does. If the leader `stays`, the wait goes on after that.
    """

    prompt: str
    answer: Callable[[str], str | None]
    lasting: bool = False
    stays: bool = False
    value: Callable[[], str] | None = None


class Mode:
    """The keys for one subject. Subclasses override `actions` and `leaders`; both are read once, by the screen."""

    def __init__(self, panel: Panel, requests: Requests) -> None:
        self.panel, self.requests = panel, requests

    def actions(self) -> Actions:
        """What this mode's actions do."""
        return {}

    def leaders(self) -> Mapping[str, Leader]:
        """The leader keys of this mode, by name."""
        return {}

    @property
    def machine(self) -> Machine:
        """The machine as last shown."""
        return self.panel.machine

    @property
    def track(self) -> Track:
        """The track under the cursor."""
        return self.panel.track

    def notify(self, text: str) -> None:
        """Show a sentence on the notice line."""
        self.requests.notify(text)

    def say_if_silent(self, track: str) -> None:
        """Say why nothing is heard of a track that has no sound, here or elsewhere, and what to do."""
        if track not in self.machine.kit.one_shots and track not in self.machine.midi.routes:
            record, open_, sounds = (self.key_of(id_) for id_ in ("record", "open", "sounds"))
            self.notify(f"{track} has no sound yet. {record} records a loop, {open_} opens one, {sounds} chooses a "
                        "sound.")

    def send(self, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        """Send a command to the engine."""
        self.requests.send(command, boundary)

    def wait_for(self, leader: str) -> None:
        """Give the next key to this leader."""
        self.panel.leader = leader

    def expected(self, setting: Setting) -> Any:
        """The value that was asked for, or else the machine's."""
        return self.panel.pending_edits.expected(setting, self.machine)

    @property
    def expected_pattern(self) -> Pattern:
        """The pattern with all steps that were asked for."""
        return self.panel.pending_edits.expected_pattern(self.machine)

    def change(self, setting: Setting, value: Any, command: Command, boundary: Boundary = Boundary.NOW) -> None:
        """Send the command that sets `value`, and expect that value until the machine shows it."""
        self.expect(setting, value)
        self.send(command, boundary)

    def expect(self, setting: Setting, value: Any) -> None:
        """Expect a value until the machine shows it."""
        self.panel.pending_edits.remember(setting, value, self.machine, time.monotonic())

    def set_steps(self, steps: Sequence[SetStep]) -> None:
        """Send these steps as one change, and expect them until the machine shows them."""
        now_s = time.monotonic()
        for one in steps:
            self.panel.pending_edits.remember(Setting("step", one.track, one.index), one.step, self.machine, now_s)
        if steps:
            self.send(steps[0] if len(steps) == 1 else SetSteps(tuple(steps)))

    def ask_for(self, typed: Question[Value], value: Value, take: Callable[[Value], None]) -> None:
        """Let the musician type a value, beginning with `value`; give it to `take`."""
        def taken(answer: Value | None) -> None:
            if answer is not None:
                take(answer)

        self.panel.app.push_screen(AskValueScreen(typed, value), taken)

    def key_of(self, action_id: str) -> str:
        """The first key of an action, as the keyboard shows it."""
        return self.panel.keymap.key_of(action_id, self.panel.glyphs)
