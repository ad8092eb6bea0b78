"""MIDI messages off the audio thread, parsed by mido."""

import mido


def parsed(message: bytes) -> mido.Message | None:
    """The message; None where the bytes hold no whole one."""
    return mido.parse(message)


def worded(message: bytes) -> str:
    """A message as the monitor shows it: note 36 channel 10 value 100. Others as their bytes; one byte is empty."""
    if len(message) < 2:
        return ""
    match parsed(message):
        case mido.Message(type="note_on", note=note, channel=channel, velocity=velocity):
            return f"note {note} channel {channel + 1} value {velocity}"
        case mido.Message(type="note_off", note=note, channel=channel, velocity=velocity):
            return f"note off {note} channel {channel + 1} value {velocity}"
        case mido.Message(type="control_change", control=control, channel=channel, value=value):
            return f"controller {control} channel {channel + 1} value {value}"
    return message.hex(" ")
