"""What a musician calls a change while it waits for its boundary, as in "pattern 3" or "stutter on"."""

from engine.core.commands import (
    Command,
    LatchEffect,
    SelectPattern,
    SetChain,
    SetMute,
    SetSolo,
    ShapeEffect,
    ShapeOneShot,
    SwapOneShot,
)

NAMES = {
    "Play": "play", "PlaySince": "play", "PlayFrom": "play", "Continue": "continue", "Stop": "stop",
    "SetTempo": "the tempo",
    "FollowTempo": "the tempo", "ToggleStep": "a step", "SetStep": "a step", "SetSteps": "steps", "SetSwing": "swing",
    "SetMutesAndSolos": "mutes and solos", "SetListen": "what you listen to", "SetEffects": "the effects",
    "ReleaseEffects": "effects off", "BypassRack": "effects bypass", "SetGain": "the gain", "TriggerPad": "a pad",
    "Panic": "panic", "LoadKit": "a kit", "LoadPattern": "a pattern", "LoadPatterns": "new patterns",
    "LoadLoop": "a loop", "LoadDecomposition": "a new kit", "NameKit": "the kit's name",
    "ClearMachine": "an empty machine",
    "SetClockSource": "the clock source", "SetSongPosition": "Song Position",
    "SetClockOut": "MIDI clock", "SetRoute": "MIDI notes", "SetPad": "MIDI pads", "LeadTransport": "the transport",
    "SetMidi": "the MIDI setup",
    "SetTrackLength": "a track's length", "SetTrackResolution": "a track's resolution",
    "SetMuteStyle": "the mute style", "SetLock": "a lock", "SetRole": "a track's name",
    "NextInChain": "the next pattern", "CopyPattern": "a copy",
    "SetPatternLength": "the pattern's length", "SetTimeSignature": "the metre",
    "SetFill": "a fill", "FillBars": "a fill",
    "HalveReading": "half the tempo", "DoubleReading": "twice the tempo", "ShiftDownbeat": "the downbeat",
    "KeepParent": "a loop to breed from", "Crossbreed": "the crossbreed",
    "Restore": "undo", "ResumeSession": "the last session", "Audition": "a sound to audition",
}


def name_of(command: Command) -> str:
    """The name of one command; it fits before "was dropped"."""
    match command:
        case SelectPattern(slot):
            return f"pattern {slot + 1}"
        case SetChain(slots):
            return f"the chain {' '.join(str(slot + 1) for slot in slots)}"
        case SwapOneShot(track):
            return f"another {track}"
        case SetMute(track, on):
            return f"{'mute' if on else 'unmute'} {track}"
        case SetSolo(track, on):
            return f"{'solo' if on else 'unsolo'} {track}"
        case ShapeOneShot(track):
            return f"the sound of {track}"
        case LatchEffect(effect, on):
            return f"{effect.value} {'on' if on else 'off'}"
        case ShapeEffect(effect):
            return f"{effect.value}"
    return NAMES[type(command).__name__]
