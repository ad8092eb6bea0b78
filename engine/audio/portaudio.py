"""PortAudio: CoreAudio, WASAPI, ALSA and more; a compiled callback through `sounddevice._StreamBase` (private)."""

from collections.abc import Callable
from typing import Any

import sounddevice

from engine.audio.host import Host
from engine.audio.portaudio_callback import portaudio_process
from engine.core.errors import DeviceNotFound


class PortAudioBackend:
    """A duplex stream where there is an input, else output alone. None means the system's default device.

    Raises DeviceNotFound.
    """

    name = "portaudio"

    def __init__(self, device: str | None, input_device: str | None, sample_rate: int, block_frames: int) -> None:
        self.sample_rate, self.block_frames = sample_rate, block_frames
        self._output = _find(device, "output")
        self._input = _find(input_device, "input") if input_device is not None or _has_default_input() else None
        self.device = str(self._output["name"])
        self._stream: Any = None

    def start(self, host: Host, on_lost: Callable[[str], None]) -> None:
        ffi = sounddevice._ffi
        duplex = self._input is not None
        channels = min(2, int(self._input["max_input_channels"])) if self._input is not None else 0
        host.record["input_channels"], host.record["started"] = channels, 0
        both: Callable[[Any, Any], Any] = (lambda first, second: (first, second)) if duplex else (
            lambda first, second: second)
        self._host, self._stopping = host, False
        try:
            self._stream = sounddevice._StreamBase(
                kind="duplex" if duplex else "output", samplerate=self.sample_rate, blocksize=self.block_frames,
                device=both(self._input and self._input["index"], self._output["index"]),
                channels=both(channels, 2), dtype="float32", latency="low", wrap_callback=None,
                callback=ffi.cast("PaStreamCallback*", portaudio_process.address),
                userdata=ffi.cast("void*", host.address), finished_callback=lambda: self._finished(on_lost))
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise DeviceNotFound(f"{self.device} does not open at {self.sample_rate} Hz with {self.block_frames} "
                                 f"frames ({error}). Try another --device, or --audio null.") from None

    def latency_frames(self) -> int:
        if self._stream is None or self._input is None:
            return 0
        return round(sum(self._stream.latency) * self.sample_rate)

    def output_latency_frames(self) -> int:
        if self._stream is None:
            return 0
        latency_s = self._stream.latency  # one number without an input
        return round((latency_s if self._input is None else latency_s[1]) * self.sample_rate)

    def gone(self) -> str | None:
        return None

    def stop(self) -> None:
        self._stopping = True
        if self._stream is not None:
            self._stream.close()

    def _finished(self, on_lost: Callable[[str], None]) -> None:
        if not self._stopping:
            on_lost(f"{self.device} went away; Tao plays on without a device.")


def look_again() -> None:
    """Make PortAudio list the devices again. Only while no stream is open."""
    sounddevice._terminate()
    sounddevice._initialize()


def _has_default_input() -> bool:
    return int(sounddevice.default.device[0]) >= 0


def _find(name: str | None, kind: str) -> dict[str, Any]:
    """The device with `name` in its name, or the default."""
    try:
        return dict(sounddevice.query_devices(name, kind))
    except (ValueError, sounddevice.PortAudioError):
        names = [str(device["name"]) for device in sounddevice.query_devices() if device[f"max_{kind}_channels"] > 0]
    found = ", ".join(names) or "none"
    wanted = f"No audio {kind} is called {name!r}" if name is not None else f"There is no default audio {kind}"
    remedy = "Pick one with --device NAME" if names else "Plug one in, or play without sound with --audio null"
    raise DeviceNotFound(f"{wanted}. Found: {found}. {remedy}.")
