"""How modes and screens ask the engine: a refusal becomes a notice, so that no key can raise."""

from collections.abc import Callable
from typing import ParamSpec

from engine.core.commands import Boundary, Command
from engine.core.errors import TaoError
from engine.core.requests import MidiRequest
from tui.engine_connection import EngineConnection

Arguments = ParamSpec("Arguments")


class Requests:
    """Asks `engine`, in the order of the calls. notify: shows a sentence to the musician."""

    def __init__(self, engine: EngineConnection, notify: Callable[[str], None]) -> None:
        self.engine, self.notify = engine, notify

    def attempt(self, request: Callable[Arguments, None], *arguments: Arguments.args,
                **options: Arguments.kwargs) -> None:
        """Make a request; show why, if it is refused."""
        try:
            request(*arguments, **options)
        except TaoError as problem:
            self.notify(str(problem))

    def send(self, command: Command | MidiRequest, boundary: Boundary = Boundary.NOW) -> None:
        """Send a command that takes effect at `boundary`, or a MIDI request."""
        self.attempt(self.engine.send, command, boundary)
