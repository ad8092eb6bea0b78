"""Tao's JACK MIDI ports and what they are joined to."""

import contextlib
from typing import Any

import jack as jack_client

from engine.core.requests import Direction


class JackMidiPorts:
    """The ports of a running client; the callback reads and writes them, here they are only joined."""

    def __init__(self, client: Any, inputs: list[Any], outputs: list[Any]) -> None:
        self._client, self._ours = client, {Direction.IN: inputs, Direction.OUT: outputs}

    def others(self, direction: Direction) -> list[str]:
        """Sources for IN, destinations for OUT; never Tao's own."""
        try:
            found = self._client.get_ports(is_midi=True, is_output=direction is Direction.IN,
                                           is_input=direction is Direction.OUT)
        except jack_client.JackError:
            return []
        own = f"{self._client.name}:"
        return [port.name for port in found if not port.name.startswith(own)]

    def joined(self, direction: Direction, number: int) -> str:
        """The first of what the port is connected to."""
        try:
            names = [port.name for port in self._ours[direction][number].connections]
        except jack_client.JackError:
            return ""
        return names[0] if names else ""

    def join(self, direction: Direction, number: int, name: str) -> str | None:
        """Connect; a sentence when the server refuses."""
        ours = self._ours[direction][number]
        ends = (name, ours) if direction is Direction.IN else (ours, name)
        try:
            self._client.connect(*ends)
        except jack_client.JackError as error:
            return f"The JACK server does not join {name}: {error}."
        return None

    def part(self, direction: Direction, number: int) -> None:
        """Disconnect from everything."""
        with contextlib.suppress(jack_client.JackError):  # it has gone by itself
            self._ours[direction][number].disconnect()

    def close(self) -> None:
        """The client closes its ports."""
