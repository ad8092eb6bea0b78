"""A JACK client with none of Tao's code that hears two programs at once, and moves the transport."""

import contextlib
import time
from collections.abc import Callable

import jack
import numpy as np

SILENCE, REST_FRAMES, PATIENCE_S = 0.02, 2400, 30.0


class Ears:
    """Notes where sound rises from silence, per ear, and where blocks were dropped, in JACK's frames."""

    def __init__(self, ears: int = 2) -> None:
        self.client = jack.Client("ears", no_start_server=True)
        self._ports = [self.client.inports.register(f"ear_{number + 1}") for number in range(ears)]
        self._onsets: list[list[int]] = [[] for _ in range(ears)]
        self._quiet_since = [0] * ears
        self._gaps: list[int] = []
        self._expected: int | None = None
        self.client.set_process_callback(self._process)
        self.client.set_xrun_callback(lambda _: self._gaps.append(self.client.frame_time))
        self.client.activate()

    def hear(self, ear: int, port: str) -> None:
        """Connect a port of another program as soon as it is there, and the program is ready. Raises TimeoutError."""
        ends_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_s:
            with contextlib.suppress(jack.JackError):
                for found in self.client.get_ports(port, is_audio=True, is_output=True)[:1]:
                    self.client.connect(found, self._ports[ear])
                    return
            time.sleep(0.05)
        raise TimeoutError(f"No JACK port is called {port}.")

    def heard(self, ear: int) -> np.ndarray:
        """The frames on which something began to sound."""
        return np.array(self._onsets[ear], np.int64)

    @property
    def gaps(self) -> np.ndarray:
        """The frames around which blocks were dropped."""
        return np.array(self._gaps, np.int64)

    def begin(self) -> None:
        """Forget what was heard."""
        for onsets in self._onsets:
            onsets.clear()
        self._gaps.clear()

    def until(self, true: Callable[[], object]) -> bool:
        """Wait until it becomes true; whether it did in time."""
        ends_s = time.monotonic() + PATIENCE_S
        while not true() and time.monotonic() < ends_s:
            time.sleep(0.02)
        return bool(true())

    def close(self) -> None:
        """Stop the transport, and leave."""
        self.client.transport_stop()
        self.client.deactivate()
        self.client.close()

    def _process(self, frames: int) -> None:
        start = self.client.last_frame_time
        if self._expected not in (None, start):
            self._gaps.append(start)
        self._expected = start + frames
        for ear, port in enumerate(self._ports):
            loud = (abs(port.get_array()) > SILENCE).nonzero()[0]
            if len(loud):
                if start + loud[0] - self._quiet_since[ear] > REST_FRAMES:
                    self._onsets[ear].append(start + int(loud[0]))
                self._quiet_since[ear] = start + int(loud[-1])
