"""What is said of how a recording was read, on the command line and by the worker."""

from collections.abc import Sequence

from engine.core.groove import feel
from engine.core.loop import Reading, is_doubtful
from engine.core.pattern import Pattern
from engine.core.time_signature import Quarters
from models.sounds.unnamed import is_unnamed

LEFT_OUT_BEATS = 4.0


def in_words(reading: Reading) -> str:
    """A reading as people say it, such as "87 BPM, 4 beats" or "120 BPM, 7 beats in 7/8"."""
    over, under = reading.time_signature
    metre = "" if (over, under) == (4, 4) else f" in {over}/{under}"
    return f"{reading.bpm:.4g} BPM, {reading.beats:g} beats{metre}"


def told_doubt(readings: Sequence[Reading]) -> str | None:
    """One sentence about a doubtful answer, and the options that choose the other; None where it is sure."""
    if not is_doubtful(readings):
        return None
    best, other = readings[0], readings[1]
    return f"The tempo is not certain: it may be {in_words(other)}; {' '.join(_flags(best, other))} chooses that."


def _flags(best: Reading, other: Reading) -> list[str]:
    """The options that tell the other reading from the best."""
    flags = [f"--beats {other.beats:g}"] if other.beats != best.beats else []
    if other.time_signature != best.time_signature:
        flags.append("--meter {}/{}".format(*other.time_signature))
    return flags or [f"--bpm {other.bpm:.4g}"]


def told_part(readings: Sequence[Reading], beats: Quarters, length_s: float) -> str | None:
    """One sentence where the loop is only the busiest bars of what was read, or where more than a bar of the recording
    is left out; beats: of the loop; length_s: of the recording."""
    if not readings:
        return None
    start_s, end_s = readings[0].cut_s
    if beats < readings[0].beats:
        return (f"This is {in_words(readings[0])}, more than a pattern holds: the loop is the {beats:g} beats from "
                f"{start_s:.1f} to {end_s:.1f} s, in which most is played.")
    if length_s - (end_s - start_s) > LEFT_OUT_BEATS * 60.0 / readings[0].bpm:
        return f"The loop is the {beats:g} beats from {start_s:.2f} to {end_s:.2f} s of this recording."
    return None


def told_feel(pattern: Pattern) -> str | None:
    """One sentence where the pattern is played in triplets, or swung as if it were."""
    return f"The pattern is played in {words}." if "triplet" in (words := feel(pattern)) else None


def told_unnamed(tracks: tuple[str, ...]) -> str | None:
    """One sentence where no drum was heard."""
    if not is_unnamed(tracks):
        return None
    return f"No drum was heard: the sounds are called {', '.join(tracks[:3])}{' ...' if len(tracks) > 3 else ''}."
