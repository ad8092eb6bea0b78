"""MIDI ports by name: one that you chose is connected whenever it is there; a notice says when it comes and goes."""

from typing import Protocol

from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS
from engine.core.requests import Direction
from engine.midi.grid.ports import CLIENT

COUNTS = {Direction.IN: MIDI_INPUTS, Direction.OUT: MIDI_OUTPUTS}


class MidiPorts(Protocol):
    """Tao's ports on one MIDI system. Numbers count from 0."""

    def others(self, direction: Direction) -> list[str]:
        """The names of all ports that Tao's can be connected to: sources for IN, destinations for OUT."""

    def joined(self, direction: Direction, number: int) -> str:
        """The name of the port that Tao's is connected to; empty for none."""

    def join(self, direction: Direction, number: int, name: str) -> str | None:
        """Join Tao's port to the one of this full name; a sentence when that failed."""

    def part(self, direction: Direction, number: int) -> None:
        """Disconnect Tao's port."""

    def close(self) -> None:
        """Close all ports."""


class NoMidiPorts:
    """A system without MIDI."""

    def others(self, direction: Direction) -> list[str]:
        return []

    def joined(self, direction: Direction, number: int) -> str:
        return ""

    def join(self, direction: Direction, number: int, name: str) -> str | None:
        return "There is no MIDI on this computer."

    def part(self, direction: Direction, number: int) -> None:
        pass

    def close(self) -> None:
        pass


class Patchbay:
    """Which ports you chose, and which of them are connected. `look` is called once a second."""

    def __init__(self, ports: MidiPorts, inputs: tuple[str | None, ...], outputs: tuple[str | None, ...]) -> None:
        self.ports = ports
        self.chosen = {Direction.IN: list(inputs), Direction.OUT: list(outputs)}
        self.joined = {direction: [""] * count for direction, count in COUNTS.items()}
        self.others: dict[Direction, list[str]] = {direction: [] for direction in Direction}

    def choose(self, direction: Direction, number: int, name: str | None) -> list[str]:
        """Choose another port for Tao's port `number`, counted from 0; a sentence for each thing that changed."""
        self.chosen[direction][number] = name
        if self.joined[direction][number]:
            self.ports.part(direction, number)
            self.joined[direction][number] = ""
        changes = self.look()
        if name is not None and not self.joined[direction][number]:
            found = ", ".join(self.others[direction]) or "none"
            changes.append(f"There is no MIDI port {name!r} yet. Tao connects it as soon as it appears. Found: "
                           f"{found}.")
        return changes

    def look(self) -> list[str]:
        """Join what has appeared; a sentence for each thing that changed."""
        changes = []
        for direction, chosen in self.chosen.items():
            self.others[direction] = [name for name in self.ports.others(direction) if not name.startswith(CLIENT)]
            for number, choice in enumerate(chosen):
                changes += self._settle(direction, number, choice)
        return changes

    def _settle(self, direction: Direction, number: int, choice: str | None) -> list[str]:
        before, now = self.joined[direction][number], self.ports.joined(direction, number)
        self.joined[direction][number] = now
        changes = []
        if before and not now:
            changes.append(f"MIDI {direction.value} {number + 1}: {before} has disappeared. Tao connects it when it is "
                           "back.")
        if now and not before:
            changes.append(f"MIDI {direction.value} {number + 1} is connected to {now}.")
        match = None if choice is None else _find(choice, self.others[direction])
        if match is not None and not now:
            problem = self.ports.join(direction, number, match)
            if problem is None:
                self.joined[direction][number] = match
                changes.append(f"MIDI {direction.value} {number + 1} is connected to {match}.")
            elif not before:
                changes.append(problem)
        return changes


def _find(choice: str, names: list[str]) -> str | None:
    """The port of exactly this name, else the first whose name contains it."""
    if choice in names:
        return choice
    return next((name for name in names if choice.lower() in name.lower()), None)
