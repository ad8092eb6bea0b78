"""The master section, a pyo64 graph run by C pointer: low-pass, reverb send, gain, limiter.

Its parameters are three more input channels, so a change is exact to the sample and a replay repeats it.
Neutral parameters pass the sound through bit for bit; nothing leaves louder than -0.3 dBFS.
"""

import ctypes
import os
from typing import Any

import numpy as np

CHUNK_FRAMES = 64
CEILING = 10.0 ** (-0.3 / 20.0)
OPEN_HZ, CROSSFADE_HZ = 20000.0, 2000.0
LEFT, RIGHT, GAIN, CUTOFF, SEND = range(5)
CHANNELS = 5


class PyoRack:
    """The graph in an embedded pyo64 server; a chunk is always 64 frames, whatever the device's block is.

    After `input` (64, 5) float64 is filled with left, right, gain, cutoff_hz and send, calling `process_address`
    with `server_address` fills `output` (64, 2) float32. That call takes the GIL for about 10 us.
    """

    def __init__(self, sample_rate: int) -> None:
        os.environ["PYO_GUI_WX"] = "0"  # pyo greets on import unless it is told that nobody wants windows
        import pyo64

        self._server = pyo64.Server(sr=sample_rate, nchnls=2, buffersize=CHUNK_FRAMES, duplex=1, audio="embedded",
                                    ichnls=CHANNELS, midi="portmidi", verbosity=1)
        self._server.deactivateMidi()
        self._server.boot()
        self._graph = _graph(pyo64, sample_rate)
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
        self._graph.clear()
        self._server.stop()
        self._server.shutdown()

    def _pass_the_fade_in(self, sample_rate: int) -> None:
        """pyo fades its first 5 ms in; afterwards its gain is exactly one."""
        self.input[:] = 0.0
        self.input[:, GAIN], self.input[:, CUTOFF] = 1.0, OPEN_HZ
        for _ in range(-(-sample_rate // (50 * CHUNK_FRAMES))):
            self.chunk()


def _array(address: str, shape: tuple[int, int], kind: Any) -> np.ndarray:
    count = shape[0] * shape[1]
    return np.ctypeslib.as_array((kind * count).from_address(int(address, 16))).reshape(shape)


def _graph(pyo: Any, sample_rate: int) -> list[Any]:
    """Build the graph; the objects returned must outlive it."""
    cutoff = pyo.Clip(pyo.Input(CUTOFF), 20.0, 0.45 * sample_rate)
    closed = pyo.Clip((OPEN_HZ - pyo.Input(CUTOFF)) * (1.0 / CROSSFADE_HZ), 0.0, 1.0)
    keep: list[Any] = [cutoff, closed]
    sides = []
    for side in (LEFT, RIGHT):
        dry = pyo.Input(side)
        low = pyo.Biquadx(dry, freq=cutoff, q=0.7, type=0, stages=2)
        filtered = dry + (low - dry) * closed
        room = pyo.Freeverb(filtered * pyo.Input(SEND), size=0.7, damp=0.5, bal=1.0)
        loud = (filtered + room) * pyo.Input(GAIN)
        sides.append(loud)
        keep += [dry, low, filtered, room, loud]
    peak = pyo.Max(pyo.Abs(sides[0]), pyo.Abs(sides[1]))
    level = pyo.Follower2(peak, risetime=0.0005, falltime=0.1)
    duck = pyo.Min(CEILING / pyo.Max(level, comp=1e-4), comp=1.0)
    for side in (LEFT, RIGHT):
        keep.append(pyo.Clip(sides[side] * duck, -CEILING, CEILING).out(side))
    return [*keep, peak, level, duck]
