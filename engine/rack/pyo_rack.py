"""A rack in its embedded pyo64 server, run by C pointer.

Its parameters are more input channels, so a change is exact to the sample and a replay repeats it.
"""

import contextlib
import ctypes
import io
import os
from typing import Any

import numpy as np

from engine.dsp.controls import BYPASSED, CUTOFF_HZ, NEUTRAL
from engine.rack.plugin import Rack, Signals
from engine.rack.tao_rack import TaoRack

CHUNK_FRAMES = 64
LEFT, RIGHT = 0, 1
FIRST = 2 - CUTOFF_HZ  # channel of a control: its column, so many places on
ECHO_GAIN, ROOM_GAIN = FIRST + BYPASSED, FIRST + BYPASSED + 1
CHANNELS = ROOM_GAIN + 1
STANDING = np.array([0.0, 0.0, *NEUTRAL[CUTOFF_HZ:BYPASSED], 1.0, 1.0])


class PyoRack:
    """The graph in an embedded pyo64 server; a chunk is always 64 frames, whatever the device's block is.

    After `input` (64, CHANNELS) float64 is filled with left, right, the columns of `controls` from CUTOFF_HZ to
    before BYPASSED, and the gains of echo and room, calling `process_address` with `server_address` fills
    `output` (64, 2) float32. That call takes the GIL.
    """

    def __init__(self, sample_rate: int, rack: type[Rack] = TaoRack) -> None:
        os.environ["PYO_GUI_WX"] = "0"
        with contextlib.redirect_stdout(io.StringIO()):  # pyo prints a greeting where there is no toolkit for windows
            import pyo64

        self._server = pyo64.Server(sr=sample_rate, nchnls=2, buffersize=CHUNK_FRAMES, duplex=1, audio="embedded",
                                    ichnls=CHANNELS, midi="portmidi", verbosity=1)
        self._server.deactivateMidi()
        self._server.boot()
        signals = Signals(*(pyo64.Input(channel) for channel in range(CHANNELS)))
        self._rack: Rack | None = rack(pyo64, signals, sample_rate)
        self._outs = [self._rack.left.out(LEFT), self._rack.right.out(RIGHT)]
        self.tail_frames = None if rack.tail_s is None else round(rack.tail_s * sample_rate)
        self._server.start()
        self.process_address = int(self._server.getEmbedICallbackAddr(), 16)
        self.server_address = int(self._server.getServerAddr(), 16)
        self.input = _array(self._server.getInputAddr(), (CHUNK_FRAMES, CHANNELS), ctypes.c_double)
        self.output = _array(self._server.getOutputAddr(), (CHUNK_FRAMES, 2), ctypes.c_float)
        self._process = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_size_t)(self.process_address)
        self._pass_the_fade_in(sample_rate)

    def chunk(self) -> None:
        """Run the graph once, from Python: for the start and for tests."""
        self._process(self.server_address)

    def close(self) -> None:
        """Stop the server. Nothing may call the addresses any more."""
        self._outs.clear()
        self._rack = None
        self._server.stop()
        self._server.shutdown()

    def _pass_the_fade_in(self, sample_rate: int) -> None:
        """pyo fades its first 5 ms in; afterwards its gain is exactly one."""
        self.input[:] = STANDING
        for _ in range(-(-sample_rate // (50 * CHUNK_FRAMES))):
            self.chunk()


def _array(address: str, shape: tuple[int, int], kind: Any) -> np.ndarray:
    count = shape[0] * shape[1]
    return np.ctypeslib.as_array((kind * count).from_address(int(address, 16))).reshape(shape)
