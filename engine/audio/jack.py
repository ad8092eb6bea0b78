"""JACK: a compiled callback registered through JACK-Client's own handles (private: `_ptr`, `_lib`, `_ffi`)."""

import contextlib
import ctypes
import ctypes.util
import functools
import os
import select
from collections.abc import Callable
from typing import Any, ClassVar

import jack as jack_client

from engine.audio.callback import jack_process
from engine.audio.host import Host
from engine.audio.jack_transport import JackTransport
from engine.core.errors import DeviceNotFound
from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS
from engine.core.requests import Direction


class _LatencyRange(ctypes.Structure):
    """jack_latency_range_t, which JACK-Client does not declare."""

    _fields_: ClassVar = [("min", ctypes.c_uint32), ("max", ctypes.c_uint32)]


_CAPTURE, _PLAYBACK = 0, 1  # jack_latency_callback_mode_t


def _latency(port: Any, mode: int) -> int:
    """The longest latency of a port, in frames."""
    span, address = _LatencyRange(), int(jack_client._ffi.cast("uintptr_t", port._ptr))
    _library().jack_port_get_latency_range(ctypes.c_void_p(address), mode, ctypes.byref(span))
    return span.max


@functools.lru_cache(maxsize=1)  # to find it starts a process
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library("jack"))


_close = ctypes.cast(ctypes.CDLL(None).close, ctypes.c_void_p)  # the C function itself


class JackMidiPorts:
    """The ports of a running client; the callback reads and writes them, here they are only connected."""

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
        """What the port is connected to; the first if there are several."""
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
            return f"JACK cannot connect {name}: {error}."
        return None

    def part(self, direction: Direction, number: int) -> None:
        """Disconnect from everything."""
        with contextlib.suppress(jack_client.JackError):  # it has gone by itself
            self._ours[direction][number].disconnect()

    def close(self) -> None:
        """The client closes its ports."""


class JackBackend:
    """A client of the running JACK server, with in_1, in_2, out_1, out_2, midi_in_1.. and midi_out_1..

    Raises DeviceNotFound."""

    name = "jack"

    def __init__(self, client_name: str, connect: bool, frame_port: bool) -> None:
        try:
            self._client = jack_client.Client(client_name, no_start_server=True)
        except jack_client.JackOpenError:
            raise DeviceNotFound("No JACK server answers. Start one (for example with qjackctl), or choose "
                                 "--audio portaudio or --audio null.") from None
        self.device = f"JACK client {self._client.name}"
        self.sample_rate, self.block_frames = self._client.samplerate, self._client.blocksize
        self._connect = connect
        self._host: Host | None = None
        self._lives, self._dies = os.pipe()
        inputs = [self._client.inports.register(f"in_{side}") for side in (1, 2)]
        outputs = [self._client.outports.register(f"out_{side}") for side in (1, 2)]
        self._ports = inputs + outputs
        self._midi_inputs = [self._client.midi_inports.register(f"midi_in_{number + 1}")
                             for number in range(MIDI_INPUTS)]
        self._midi_outputs = [self._client.midi_outports.register(f"midi_out_{number + 1}")
                              for number in range(MIDI_OUTPUTS)]
        self._frame_port = self._client.outports.register("frames") if frame_port else None

    def start(self, host: Host, on_lost: Callable[[str], None]) -> None:
        ffi, library = jack_client._ffi, jack_client._lib
        address = lambda thing: int(ffi.cast("uintptr_t", thing))  # noqa: E731
        record = host.record
        record["client"], record["started"] = address(self._client._ptr), 0
        for field, name in (("get_buffer", "jack_port_get_buffer"), ("last_frame_time", "jack_last_frame_time"),
                            ("midi_clear", "jack_midi_clear_buffer"), ("midi_write", "jack_midi_event_write"),
                            ("midi_count", "jack_midi_get_event_count"), ("midi_get", "jack_midi_event_get"),
                            ("transport_query", "jack_transport_query")):
            record[field] = address(ffi.addressof(library, name))
        for field, ports in (("inputs", self._ports[:2]), ("outputs", self._ports[2:]),
                             ("midi_inputs", self._midi_inputs), ("midi_outputs", self._midi_outputs)):
            record[field] = [address(port._ptr) for port in ports]
        record["frame_port"] = address(self._frame_port._ptr) if self._frame_port is not None else 0
        self._host = host
        _library().jack_on_shutdown(ctypes.c_void_p(address(self._client._ptr)), _close, ctypes.c_void_p(self._dies))
        failed = library.jack_set_process_callback(
            self._client._ptr, ffi.cast("JackProcessCallback", jack_process.address),
            ffi.cast("void*", host.address))
        if failed:
            raise DeviceNotFound("The JACK server did not accept Tao's callback. Restart it, then Tao.")
        self._client.activate()
        if self._connect:
            self._join_the_hardware()

    def gone(self) -> str | None:
        """What became of the server, once it has gone. libjack itself closes a pipe then: were Python called, the next
        word to libjack would end the thread that calls it, perhaps with Python's lock in its hands."""
        if not select.select([self._lives], [], [], 0.0)[0]:
            return None
        return "The JACK server went away; Tao plays on without a device."

    def latency_frames(self) -> int:
        return _latency(self._ports[0], _CAPTURE) + _latency(self._ports[2], _PLAYBACK)

    def output_latency_frames(self) -> int:
        reported = _latency(self._ports[2], _PLAYBACK)
        if reported:
            return reported
        with contextlib.suppress(jack_client.JackError):  # JACK says 0 of a port that is connected to nothing
            for port in self._client.get_ports(is_audio=True, is_physical=True, is_input=True)[:1]:
                return _latency(port, _PLAYBACK)
        return 0

    def midi_ports(self) -> JackMidiPorts:
        """The MIDI ports, to be connected by name."""
        return JackMidiPorts(self._client, self._midi_inputs, self._midi_outputs)

    def transport(self) -> JackTransport:
        """The server's transport."""
        assert self._host is not None, "the client runs"
        return JackTransport(self._client, self._host)

    def stop(self) -> None:
        with self._host.shut() if self._host is not None else contextlib.nullcontext():
            with contextlib.suppress(jack_client.JackError):  # a server that is gone cannot be told
                self._client.deactivate()
            self._client.close()
        if self.gone() is None:
            os.close(self._dies)
        os.close(self._lives)

    def _join_the_hardware(self) -> None:
        """Outputs to the first two playback ports, the first two captures to the inputs, where there are any."""
        playback = self._client.get_ports(is_audio=True, is_physical=True, is_input=True)
        capture = self._client.get_ports(is_audio=True, is_physical=True, is_output=True)
        for ours, theirs in zip(self._ports[2:], playback[:2], strict=False):
            self._client.connect(ours, theirs)
        for ours, theirs in zip(self._ports[:2], capture[:2], strict=False):
            self._client.connect(theirs, ours)
