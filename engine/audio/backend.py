"""The interface of an audio backend: what calls the engine, block by block."""

from collections.abc import Callable
from typing import Protocol

from engine.audio.host import Host


class Backend(Protocol):
    """A device that was found and not yet started. Constructing one raises DeviceNotFound."""

    name: str
    device: str
    sample_rate: int
    block_frames: int

    def start(self, host: Host, on_lost: Callable[[str], None]) -> None:
        """Begin to call the callback with `host`; `on_lost(sentence)` may come from any thread, once."""

    def latency_frames(self) -> int:
        """How many frames later than it was played a sound comes back, as the device reports it."""

    def output_latency_frames(self) -> int:
        """How long after its block began a frame is heard, as the device reports it."""

    def gone(self) -> str | None:
        """What became of the device, once it has gone and cannot say so by on_lost."""

    def stop(self) -> None:
        """No call to the callback runs or will come after this returns."""
