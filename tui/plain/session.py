"""The line mode at work: reads lines, asks the engine, and prints what happens, one sentence a line."""

import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from engine.core.commands import Boundary, Command, Play, Stop
from engine.core.errors import TaoError
from engine.core.requests import Quit, Request
from engine.core.snapshot import Snapshot
from tui.plain.changes import changes
from tui.plain.line import Answer, Ask, Choices, Leave, Say
from tui.plain.session_words import status_lines
from tui.plain.words import understood

LOOK_EVERY_S = 0.1
SETTLES_S = 1.0   # at most; a block of audio lasts milliseconds
LINES_AHEAD = 64  # a script is read no further ahead than this
SETTLED_S = 0.3  # after the last line of a script: what it has changed is still said
TWICE_WITHIN_S = 5.0
WAITS = {Boundary.BEAT: "From the next beat on.", Boundary.BAR: "From the next bar line on.",
         Boundary.PATTERN: "When the pattern ends."}


class PlainEngine(Protocol):
    """What the line mode needs of an engine. `engine.bridge.client.EngineClient` has this shape."""

    connected: bool

    def ask(self, message: Command | Request, boundary: Boundary = Boundary.NOW) -> None:
        """Send it and wait until it is accepted. Raises TaoError with the reason if it is refused."""

    def snapshot(self) -> Snapshot:
        """The newest status and meters."""


class PlainSession:
    """One person at one engine. say: prints a sentence."""

    def __init__(self, engine: PlainEngine, say: Callable[[str], None]) -> None:
        self._engine, self._say = engine, say
        self._choices, self._shown = Choices(), engine.snapshot()
        self._stop_until_s, self._stops = 0.0, False
        self.left = False

    def greet(self) -> None:
        """Say how things are, and what can be done."""
        for line in status_lines(self._shown):
            self._say(line)
        self._say("Type a word and Enter. Type help for all words, detach to leave.")

    def type(self, typed: str) -> None:
        """Do what a line asks for; say why not."""
        try:
            for answer in understood(typed, self._engine.snapshot(), self._choices, time.monotonic()):
                self._do(answer)
        except TaoError as problem:
            self._say(str(problem))

    def look(self) -> None:
        """Say what has happened since the last time."""
        newest = self._engine.snapshot()
        for sentence in changes(self._shown, newest):
            self._say(sentence)
        self._shown = newest
        if not self._engine.connected:
            self.left = True

    def _do(self, answer: Answer) -> None:
        match answer:
            case Ask():
                waiting = set(self._engine.snapshot().status.pending)
                self._engine.ask(answer.message, answer.boundary)
                if answer.boundary is Boundary.NOW:
                    self._settle(waiting)
                self._stops = isinstance(answer.message, Stop) or (self._stops and not isinstance(answer.message, Play))
                if answer.said:
                    self._say(answer.said)
                if answer.boundary in WAITS and self._plays:
                    self._say(WAITS[answer.boundary])
            case Say():
                for line in answer.lines:
                    self._say(line)
            case Choices():
                self._choices = answer
            case Leave():
                self._leave(answer.stop)

    def _settle(self, waiting: set[str]) -> None:
        """Let the audio thread take what was asked, so that the next line is about what came of it. waiting: what waits
        for a bar line or the like since before."""
        until_s = time.monotonic() + SETTLES_S
        while self._engine.connected and time.monotonic() < until_s:
            if not set(self._engine.snapshot().status.pending) - waiting:
                return
            time.sleep(SETTLES_S / 50)

    @property
    def _plays(self) -> bool:
        """Whether it plays, and was not told to stop just now."""
        return self._engine.snapshot().meters.playing and not self._stops

    def _leave(self, stop: bool) -> None:
        now_s = time.monotonic()
        if stop and self._plays and now_s > self._stop_until_s:
            self._stop_until_s = now_s + TWICE_WITHIN_S
            self._say("It plays. Type quit again to stop the music and end the engine, or detach to let it play on.")
            return
        if stop:
            self._engine.ask(Quit())
        self._say("The engine ends." if stop else "The music plays on. Come back with: tao_live.py attach --plain")
        self.left = True


def run_plain(engine: PlainEngine, lines: Iterable[str], say: Callable[[str], None]) -> None:
    """Read lines and say what happens, until the user leaves, the lines end or the engine does."""
    session, typed = PlainSession(engine, say), queue.Queue[str | None](LINES_AHEAD)
    session.greet()
    threading.Thread(target=_read, args=(lines, typed), name="lines", daemon=True).start()
    while not session.left:
        try:
            line = typed.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            session.look()
            continue
        if line is None:
            time.sleep(SETTLED_S)
            session.look()
            return
        session.type(line)
        session.look()


def _read(lines: Iterable[str], typed: "queue.Queue[str | None]") -> None:
    for line in lines:
        typed.put(line)
    typed.put(None)
