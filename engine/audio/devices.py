"""What audio devices there are, and the backend that the settings ask for.

Backends and device libraries are imported when they are asked for: a backend brings the audio callback, which may
have to be compiled first; JACK's library need not be installed; and PortAudio, once imported, joins a running JACK
server as a client of its own.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.core.errors import DeviceNotFound

if TYPE_CHECKING:
    from engine.audio.backend import Backend
    from engine.audio.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """One line of `tao_live.py devices`. audio: the value for --audio; sample_rate in Hz is its own."""

    audio: str
    name: str
    inputs: int
    outputs: int
    sample_rate: int


def list_devices() -> list[DeviceInfo]:
    """Every device that --audio and --device can name; null is always there."""
    with silent_libraries():
        import sounddevice

        server = _jack_server()
        entries = sounddevice.query_devices()
    found = [server] if server is not None else []
    for entry in entries:
        found.append(DeviceInfo("portaudio", entry["name"], entry["max_input_channels"], entry["max_output_channels"],
                                int(entry["default_samplerate"])))
    return [*found, DeviceInfo("null", "no device", 0, 0, 48000)]


@contextlib.contextmanager
def silent_libraries() -> Iterator[None]:
    """Discard what JACK and ALSA print on stderr when they find nothing."""
    sys.stderr.flush()
    before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def open_backend(settings: "EngineSettings") -> "Backend":
    """The backend of `settings.audio`, found but not started. Raises DeviceNotFound; only `auto` tries several."""
    match settings.audio:
        case "auto":
            return _first_there(settings)
        case "jack":
            try:
                from engine.audio.jack import JackBackend
            except OSError as error:
                raise DeviceNotFound(f"JACK's library is not installed ({error}). Install it, or choose "
                                     "--audio portaudio or --audio null.") from None
            return JackBackend(settings.client_name, settings.connect, settings.frame_port)
        case "portaudio":
            from engine.audio.portaudio import PortAudioBackend

            return PortAudioBackend(settings.device, settings.input_device, settings.sample_rate,
                                    settings.block_frames)
    from engine.audio.null import NullBackend

    return NullBackend(settings.sample_rate, settings.block_frames)


def _first_there(settings: "EngineSettings") -> "Backend":
    """JACK, which may be PipeWire's, else PortAudio, else null. A device that was named is PortAudio's."""
    if settings.device is not None or settings.input_device is not None:
        return open_backend(replace(settings, audio="portaudio"))
    for audio in ("jack", "portaudio"):
        with contextlib.suppress(DeviceNotFound, OSError), silent_libraries():
            return open_backend(replace(settings, audio=audio))
    return open_backend(replace(settings, audio="null"))


def open_again(settings: "EngineSettings") -> "Backend":
    """Like `open_backend`, for a device that was lost: PortAudio, which never looks again by itself, is made to."""
    if settings.audio == "portaudio":
        from engine.audio.portaudio import look_again

        look_again()
    return open_backend(settings)


def _jack_server() -> DeviceInfo | None:
    """The running JACK server, asked politely: none is started."""
    try:
        import jack
    except OSError:
        return None  # its library is not installed
    try:
        client = jack.Client("tao-devices", no_start_server=True)
    except jack.JackOpenError:
        return None
    try:
        ports = client.get_ports(is_audio=True, is_physical=True)
        return DeviceInfo("jack", "JACK server", sum(port.is_output for port in ports),
                      sum(port.is_input for port in ports), client.samplerate)
    finally:
        client.close()
