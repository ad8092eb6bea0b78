"""The process that owns a grid controller's two ports: `python -m engine.midi.grid.ports SYSTEM SOURCE DESTINATION`.

It is a process of its own because RtMidi holds Python's lock for up to a quarter of a second while it opens ports, and
the effects need that lock in every block. stdin: frames, each one MIDI message to send, until the end. stdout: frames,
the first OPEN or the reason why the ports do not open, then each message that comes in.
"""

import contextlib
import os
import select
import signal
import sys
from typing import Any, BinaryIO

from engine.bridge.wire import FrameReader, framed

CLIENT, OPEN = "tao-grid", b"open"
JACK, SYSTEM = "jack", "system"  # MIDI systems: JACK, and the one that Tao itself uses without JACK
POLL_S = 0.004
SENT_S = 0.05  # RtMidi forgets what it has not sent when a port closes


def main(argv: list[str]) -> int:
    """Open the ports and pass messages on until stdin ends. Returns the exit status."""
    system, source, destination = argv
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the engine
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print
    try:
        pads, lights = _opened(system, source, destination)
    except (ImportError, RuntimeError, OSError) as error:
        out.write(framed(str(error).encode()))
        return 1
    with contextlib.suppress(BrokenPipeError):  # the engine has died
        out.write(framed(OPEN))
        _pass_on(pads, lights, out)
    select.select([], [], [], SENT_S)
    for port in (pads, lights):
        port.close_port()
        port.delete()
    return 0


def _opened(system: str, source: str, destination: str) -> tuple[Any, Any]:
    """Both ports. Raises ImportError, RuntimeError or OSError."""
    import rtmidi  # not above: the engine imports this module for its names, and does without RtMidi where it has JACK

    if system == JACK:
        api = rtmidi.API_UNIX_JACK if rtmidi.API_UNIX_JACK in rtmidi.get_compiled_api() else None
    else:
        from engine.midi.rtmidi import open_system

        api = open_system()
    if api is None:
        raise RuntimeError("RtMidi was built without JACK" if system == JACK else "there is no MIDI on this computer")
    try:
        pads, lights = rtmidi.MidiIn(rtapi=api, name=CLIENT), rtmidi.MidiOut(rtapi=api, name=CLIENT)
        for port, name, ours in ((pads, source, "in"), (lights, destination, "out")):
            if name not in port.get_ports():
                raise RuntimeError("it has gone")
            port.open_port(port.get_ports().index(name), ours)
    except rtmidi.RtMidiError as error:
        raise RuntimeError(str(error)) from None
    return pads, lights


def _pass_on(pads: Any, lights: Any, out: BinaryIO) -> None:
    """Both ways, until stdin ends."""
    frames = FrameReader()
    while True:
        if select.select([0], [], [], POLL_S)[0]:
            piece = os.read(0, 1 << 16)
            if not piece:
                return
            for message in frames.feed(piece):
                lights.send_message(message)
        while (event := pads.get_message()) is not None:
            out.write(framed(bytes(event[0])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
