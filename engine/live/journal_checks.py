"""What the values of a journal's records can be. A replay hands them to compiled code, which checks nothing."""

from collections.abc import Iterator, Mapping

from engine.core.kit import SampleId
from engine.core.machine import Machine
from engine.core.names import MAX_NAME
from engine.core.pattern import MAX_TRACKS
from engine.core.timeline import MAX_SAMPLE_RATE, MAX_TIME
from engine.live.journal import MidiActed, PadHit, Plan, Record, Session

LOWEST_RATE, MAX_SESSION_S = 1000, 31 * 24 * 3600
MOST_COMMANDS = 10_000  # in one plan
MIDI_HIT, MIDI_BEGIN, MIDI_END = 16, 17, 18  # dsp's HIT, BEGIN and END; to list sessions must not load dsp
SONG_START = -1
_FRAMES = ("at_frames", "from_frames", "to_frames", "frames")
_NUMBERS = ("sequence", "base")


def is_session(record: object) -> bool:
    """Whether a journal can begin with this record."""
    return (isinstance(record, Session) and LOWEST_RATE <= record.sample_rate <= MAX_SAMPLE_RATE
            and 1 <= record.max_frames <= MAX_SAMPLE_RATE and len(record.effects) <= MAX_NAME)


def fault_in(record: Record, sample_rate: int) -> str | None:
    """Why no engine can have written this record, to stand in brackets; None if one can."""
    if any(not 0 <= getattr(record, name, 0) <= MAX_SESSION_S * sample_rate for name in _FRAMES):
        return "a frame that no session reaches"
    if any(not 0 <= getattr(record, name, 0) <= MAX_TIME for name in _NUMBERS):
        return "a number that no record has"
    match record:
        case PadHit(track=track, velocity=velocity) if not (0 <= track < MAX_TRACKS and 0.0 <= velocity <= 1.0):
            return "a pad that does not exist"
        case MidiActed(kind=kind, value=value) if not _can_happen(kind, value):
            return "something that MIDI cannot do"
        case Plan(commands=commands) if len(commands) > MOST_COMMANDS:
            return "more changes at once than there can be"
    return None


def cut_short(machine: Machine, lengths: Mapping[SampleId, int]) -> SampleId | None:
    """A sample that the machine plays for longer than it is; None if there is none. lengths: in frames, of those
    samples that are there."""
    return next((sample for sample, frames in played_samples(machine) if frames > lengths.get(sample, frames)), None)


def _can_happen(kind: int, value: int) -> bool:
    if kind == MIDI_HIT:  # the track, and the MIDI velocity above its eight bits
        return value & 0xFF < MAX_TRACKS and 0 <= value >> 8 <= 127
    if kind == MIDI_BEGIN:
        return SONG_START <= value <= MAX_TIME
    return kind == MIDI_END and 0 <= value <= MAX_TIME


def played_samples(machine: Machine) -> Iterator[tuple[SampleId, int]]:
    """Every sample that the machine names, and how many of its frames it plays."""
    for shot in machine.kit.one_shots.values():
        yield shot.sample, shot.frames
        yield from ((layer.sample, layer.frames) for layer in shot.layers)
    if machine.audition is not None:
        yield machine.audition.sample, machine.audition.frames
    if machine.loop is not None:
        for sample in filter(None, (machine.loop.sample, machine.loop.residual)):
            yield sample, machine.loop.frames
