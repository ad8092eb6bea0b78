"""The grid controller: found by name whenever it is there, shown the machine, and obeyed."""

from collections.abc import Callable, Mapping
from pathlib import Path

from engine.core.errors import InvalidValue, TaoError
from engine.core.midi import GRID_AUTO, GRID_OFF
from engine.core.requests import Direction
from engine.core.snapshot import GridStatus
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.midi.grid.lights import turned
from engine.midi.grid.note_map import Greeting, NoteMap, note_maps
from engine.midi.grid.presses import pressed
from engine.midi.grid.surface import Shown, Surface
from engine.midi.grid.view import View
from engine.midi.patchbay import Patchbay


class GridControl:
    """The control thread calls `step` on every turn and `look` once a second; nothing here waits.

    chosen: GRID_AUTO for the first controller that a map names a port of, GRID_OFF, or the name of a map. asks: what
    `record`, `undo` and `redo` do; recording: whether a take is armed or running; folder: the user's own maps.
    """

    def __init__(self, conductor: Conductor, notices: Notices, asks: Mapping[str, Callable[[], object]],
                 recording: Callable[[], bool], folder: Path | None) -> None:
        self._conductor, self._notices, self._asks, self._recording = conductor, notices, asks, recording
        self._maps, problems = note_maps(folder)
        notices.warn(*problems)
        self.chosen = GRID_AUTO
        self._wake: Callable[[], None] = lambda: None
        self._system: str | None = None
        self._surface: Surface | None = None
        self._map = next(iter(self._maps.values()))
        self._view, self._failed = View(), ""

    @property
    def status(self) -> GridStatus:
        """What clients see."""
        joined = self._surface.source if self._surface is not None and self._surface.open else ""
        return GridStatus(self.chosen, tuple(self._maps), joined, self._map.name if joined else "")

    def use(self, system: str, wake: Callable[[], None]) -> None:
        """Look for controllers on this MIDI system, by its name in `ports`, from now on."""
        self._let_go()
        self._system, self._wake = system, wake

    def choose(self, name: str) -> None:
        """Use the controllers of this map, of any, or none. Raises InvalidValue for a map that there is not."""
        if name not in (GRID_AUTO, GRID_OFF, *self._maps):
            known = ", ".join((GRID_AUTO, GRID_OFF, *self._maps))
            raise InvalidValue(f"There is no note map {name!r}. Choose one of {known}.")
        self._let_go()
        self.chosen, self._failed = name, ""

    def look(self, bay: Patchbay) -> None:
        """Take a controller that has come; let one go that has been unplugged, or that Tao's own ports now use."""
        taken = {*bay.joined[Direction.IN], *bay.joined[Direction.OUT]}
        sources, destinations = ([name for name in bay.others[way] if name not in taken] for way in Direction)
        if self._failed not in sources:
            self._failed = ""  # plugged in again, it is tried again
        if self._surface is not None and self._surface.source not in sources:
            self._notices.say(f"The grid controller {self._surface.source} has gone. Tao takes it again when it is "
                              "back.")
            self._let_go()
        if self._surface is None and self._system is not None and self.chosen != GRID_OFF:
            self._find([name for name in sources if name != self._failed], destinations)

    def step(self) -> None:
        """Obey what was pressed, and show the machine as it is now."""
        surface = self._surface
        if surface is None:
            return
        if surface.problem:
            self._failed = surface.source
            self._notices.warn(f"The grid controller {surface.source} does not work: {surface.problem}. Unplug it, and "
                               "plug it in again.")
            self._let_go()
            return
        for message in surface.heard():
            self._obey(message)
        surface.show(Shown(self._conductor.machine, self._view, self._recording()))

    def close(self) -> None:
        """Let the controller go, its lights out."""
        surface = self._surface
        self._let_go()
        if surface is not None:
            surface.wait()

    def _find(self, sources: list[str], destinations: list[str]) -> None:
        """Take the first controller that a map is made for."""
        for name in self._maps if self.chosen == GRID_AUTO else (self.chosen,):
            note_map = self._maps[name]
            for source in sources:
                greeting = note_map.greeting_of(source)
                into = next((port for port in destinations if note_map.greeting_of(port) is greeting), None)
                if greeting is not None and into is not None:
                    self._take(source, into, note_map, greeting)
                    return

    def _take(self, source: str, destination: str, note_map: NoteMap, greeting: Greeting) -> None:
        assert self._system is not None
        try:
            self._surface = Surface(self._system, source, destination, note_map, greeting,
                                    lambda: self._conductor.now_frames, self._wake)
        except TaoError as error:
            self._failed = source
            self._notices.warn(str(error))
            return
        self._map, self._view = note_map, View()
        self._notices.say(f"The grid controller {source} shows the pattern; its pads put hits into it.")

    def _obey(self, message: bytes) -> None:
        conductor, machine = self._conductor, self._conductor.machine
        position = machine.timeline.ticks_at(conductor.now_frames) if machine.playing else None
        done = pressed(self._map, machine, turned(self._map, machine, self._view, position), message)
        self._view = done.view
        try:
            if done.command is not None and conductor.schedule.has_room:
                conductor.perform(done.command)
            if done.asks in self._asks:
                self._asks[done.asks]()
        except TaoError as error:
            self._notices.warn(str(error))

    def _let_go(self) -> None:
        if self._surface is not None:
            self._surface.close()
            self._surface = None
