"""JACK's transport as a client moves it: start, stop, go to a frame, and say what beat it is."""

from typing import Any

import jack as jack_client

from engine.audio.host import Host
from engine.audio.transport_callback import jack_timebase


class JackTransport:
    """The transport of a running client's server. All of it takes effect with the next block or a later one: other
    clients may need time to get there."""

    def __init__(self, client: Any, host: Host) -> None:
        self._client, self._host = client, host

    def start(self) -> None:
        """Roll from where it is."""
        self._client.transport_start()

    def stop(self) -> None:
        """Stand still."""
        self._client.transport_stop()

    def locate(self, frame: int) -> None:
        """Go to a frame of the transport's own."""
        jack_client._lib.jack_transport_locate(self._client._ptr, max(0, frame) & 0xFFFFFFFF)

    @property
    def rolls(self) -> bool:
        """Whether it moves, or is about to."""
        return self._client.transport_state != jack_client.STOPPED

    @property
    def frame(self) -> int:
        """Where it is."""
        return int(self._client.transport_frame)

    def lead(self, on: bool) -> None:
        """Become its timebase, in place of any other, or let another be it."""
        if not on:
            jack_client._lib.jack_release_timebase(self._client._ptr)
            return
        ffi = jack_client._ffi
        jack_client._lib.jack_set_timebase_callback(
            self._client._ptr, 0, ffi.cast("JackTimebaseCallback", jack_timebase.address),
            ffi.cast("void*", self._host.address))
