"""Another instrument: a JACK client with one MIDI input and output, that knows nothing of Tao but its port names."""

import heapq
import itertools

import jack
import numpy as np

from engine.audio.callback import FRAME_PORT_MODULUS


class MidiPeer:
    """Keeps what comes in and sends what it is told to, both by Tao's own frame numbers (its `frames` port).

    listens_to, speaks_to: Tao's MIDI ports, None for none.
    """

    def __init__(self, listens_to: str | None = "tao:midi_out_1", speaks_to: str | None = "tao:midi_in_1",
                 name: str = "peer") -> None:
        self.client = jack.Client(name, no_start_server=True)
        self._frames = self.client.inports.register("frames")
        self._in = self.client.midi_inports.register("in")
        self._out = self.client.midi_outports.register("out")
        self.heard: list[tuple[int, bytes]] = []
        self.late = 0
        self._turns, self._last = 0, 0
        self._number = itertools.count()
        self._to_send: list[tuple[int, int, bytes]] = []
        self.client.set_process_callback(self._process)
        self.client.activate()
        self.client.connect("tao:frames", self._frames)
        if listens_to is not None:
            self.client.connect(listens_to, self._in)
        if speaks_to is not None:
            self.client.connect(self._out, speaks_to)

    def send(self, frame: int, message: bytes) -> None:
        """Send `message` on Tao's frame `frame`, or as soon as possible after it."""
        heapq.heappush(self._to_send, (frame, next(self._number), message))

    def close(self) -> None:
        """Leave the server."""
        self.client.deactivate()
        self.client.close()

    @property
    def now(self) -> int:
        """Tao's frame at the end of the last block."""
        return self._last + 128

    def _process(self, frames: int) -> None:
        self._out.clear_buffer()
        number = int(self._frames.get_array()[0])
        if number + self._turns * FRAME_PORT_MODULUS < self._last - FRAME_PORT_MODULUS // 2:
            self._turns += 1
        start = number + self._turns * FRAME_PORT_MODULUS
        self._last = start
        for offset, data in self._in.incoming_midi_events():
            self.heard.append((start + offset, bytes(data)))
        # Tao, which we read, runs before us: what we send now it hears in its next block, on the same offset
        following = start + frames
        while self._to_send and self._to_send[0][0] < following + frames:
            frame, _, message = heapq.heappop(self._to_send)
            self.late += frame < following
            self._out.write_midi_event(max(0, frame - following), message)


def clocks(heard: list[tuple[int, bytes]]) -> np.ndarray:
    """The frames of all clocks that were heard, int64."""
    return np.array([frame for frame, message in heard if message == b"\xf8"], np.int64)
