"""Opens Tao's MIDI ports: the JACK client's own with JACK audio, else RtMidi's."""

from collections.abc import Callable

from engine.audio.backend import Backend
from engine.audio.frame_clock import FrameClock
from engine.audio.host import Host
from engine.midi.grid.ports import JACK, SYSTEM
from engine.midi.patchbay import MidiPorts, NoMidiPorts


def open_ports(backend: Backend, host: Host, wake: Callable[[], None]) -> tuple[MidiPorts, str | None]:
    """The ports, and a sentence when there are none. RtMidi is only imported where it is needed."""
    own = getattr(backend, "midi_ports", None)
    if own is not None:
        ports: MidiPorts = own()
        return ports, None
    try:
        from engine.midi.rtmidi import RtMidiPorts, open_system
    except ImportError as error:
        return NoMidiPorts(), (f"There is no MIDI: RtMidi is not installed ({error}). Install python-rtmidi, or use "
                               "--audio jack.")
    system = open_system()
    if system is None:
        return NoMidiPorts(), None
    clock = FrameClock(host, backend.block_frames)
    return RtMidiPorts(system, clock, host.processor.memory["midi_sent"], wake), None


def system_of(backend: Backend) -> str:
    """The MIDI system whose ports these are, as `engine.midi.grid.ports` calls it."""
    return SYSTEM if getattr(backend, "midi_ports", None) is None else JACK
