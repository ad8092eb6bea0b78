"""How a transcription says what its hits mean: the readings of a loop as guesses of its tempo."""

from collections.abc import Sequence
from dataclasses import replace

from engine.core.errors import InvalidValue
from engine.core.loop import NO_HINTS, Hints
from engine.core.time_signature import Quarters
from engine.core.timeline import MAX_BPM, MIN_BPM
from models.hearing.readings import NO_WISHES, LoopReading, Wishes, loop_readings
from models.plugins import Onset, TempoGuess, Transcription

MAX_BEATS = 128


def guess_tempi(onsets: Sequence[Onset], length_s: float, beats: Quarters | None = None,
                wishes: Wishes = NO_WISHES, hints: Hints = NO_HINTS) -> tuple[TempoGuess, ...]:
    """The three likeliest readings of a recording that lasts length_s, best first, confidences adding up to at most 1.

    beats: its quarter notes if they are known; the whole recording is these beats then, and there is only one reading.
    Raises InvalidValue when none makes a valid tempo.
    """
    if beats is not None:
        check_length(length_s, beats)
        return (TempoGuess(60.0 * beats / length_s, beats),)
    return tuple(_guess(reading) for reading in loop_readings(onsets, length_s, wishes, hints))


def as_wished(heard: Transcription, length_s: float, wishes: Wishes, hints: Hints = NO_HINTS) -> Transcription:
    """The transcription with the readings that agree with the wishes, and with hints in mind. Raises InvalidValue when
    none does."""
    if wishes == NO_WISHES and hints == NO_HINTS:
        return heard
    if wishes.readings:
        return replace(heard, tempi=tuple(TempoGuess(one.bpm, one.beats, one.confidence, one.time_signature,
                                                     one.first_beat_s) for one in wishes.readings))
    return replace(heard, tempi=guess_tempi(heard.onsets, length_s, wishes=wishes, hints=hints))


def check_length(length_s: float, beats: Quarters | None = None) -> None:
    """Raise InvalidValue when a loop has too many beats, or its beats make no valid tempo."""
    if (beats or 0) > MAX_BEATS:
        raise InvalidValue(f"A loop of {beats:g} beats is too long: Tao can decompose at most {MAX_BEATS} beats. Cut "
                           "it shorter.")
    if beats is not None and not MIN_BPM <= 60.0 * beats / length_s <= MAX_BPM:
        raise InvalidValue(f"{beats:g} beats in {length_s:.2f} s would be {60.0 * beats / length_s:.0f} BPM; a tempo "
                           f"lies between {MIN_BPM:g} and {MAX_BPM:g}. Give another number of beats, or none.")


def _guess(reading: LoopReading) -> TempoGuess:
    return TempoGuess(reading.bpm, reading.beats, reading.confidence, reading.time_signature, reading.start_s)
