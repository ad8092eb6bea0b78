"""MIDI ports by name: what a musician wished to be joined is joined whenever it is there, and told of when it goes."""

from typing import Protocol

from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS
from engine.core.requests import Direction

COUNTS = {Direction.IN: MIDI_INPUTS, Direction.OUT: MIDI_OUTPUTS}


class MidiPorts(Protocol):
    """Tao's ports on one MIDI system. Numbers count from 0."""

    def others(self, direction: Direction) -> list[str]:
        """The names of all ports that Tao's could be joined to: sources for IN, destinations for OUT."""

    def joined(self, direction: Direction, number: int) -> str:
        """The name of what Tao's port is joined to, empty for nothing."""

    def join(self, direction: Direction, number: int, name: str) -> str | None:
        """Join Tao's port to the one of this full name; a sentence when that failed."""

    def part(self, direction: Direction, number: int) -> None:
        """Join Tao's port to nothing."""

    def close(self) -> None:
        """Let go of all ports."""


class NoMidiPorts:
    """A system without MIDI."""

    def others(self, direction: Direction) -> list[str]:
        return []

    def joined(self, direction: Direction, number: int) -> str:
        return ""

    def join(self, direction: Direction, number: int, name: str) -> str | None:
        return "There is no MIDI on this system."

    def part(self, direction: Direction, number: int) -> None:
        pass

    def close(self) -> None:
        pass


class Patchbay:
    """The wishes, and what has become of them. `look` is called once a second."""

    def __init__(self, ports: MidiPorts, inputs: tuple[str | None, ...], outputs: tuple[str | None, ...]) -> None:
        self.ports = ports
        self.wishes = {Direction.IN: list(inputs), Direction.OUT: list(outputs)}
        self.there = {direction: [""] * count for direction, count in COUNTS.items()}
        self.others: dict[Direction, list[str]] = {direction: [] for direction in Direction}

    def wish(self, direction: Direction, number: int, name: str | None) -> list[str]:
        """Another wish for Tao's port `number`, from 0 on; what came of it."""
        self.wishes[direction][number] = name
        if self.there[direction][number]:
            self.ports.part(direction, number)
            self.there[direction][number] = ""
        told = self.look()
        if name is not None and not self.there[direction][number]:
            found = ", ".join(self.others[direction]) or "none"
            told.append(f"No MIDI port is called {name!r} now; it is joined as soon as it is there. Found: {found}.")
        return told

    def look(self) -> list[str]:
        """Join what has come; what has changed, one sentence each."""
        told = []
        for direction, wishes in self.wishes.items():
            self.others[direction] = self.ports.others(direction)
            for number, wish in enumerate(wishes):
                told += self._settle(direction, number, wish)
        return told

    def _settle(self, direction: Direction, number: int, wish: str | None) -> list[str]:
        before, now = self.there[direction][number], self.ports.joined(direction, number)
        self.there[direction][number] = now
        told = []
        if before and not now:
            told.append(f"MIDI {direction.value} {number + 1}: {before} has gone; it is joined again when it is back.")
        if now and not before:
            told.append(f"MIDI {direction.value} {number + 1} is joined to {now}.")
        match = None if wish is None else _find(wish, self.others[direction])
        if match is not None and not now:
            problem = self.ports.join(direction, number, match)
            if problem is None:
                self.there[direction][number] = match
                told.append(f"MIDI {direction.value} {number + 1} is joined to {match}.")
            elif not before:
                told.append(problem)
        return told


def _find(wish: str, names: list[str]) -> str | None:
    """The port of exactly this name, else the first whose name holds it."""
    if wish in names:
        return wish
    return next((name for name in names if wish.lower() in name.lower()), None)
