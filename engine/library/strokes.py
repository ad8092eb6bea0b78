"""A pattern as the hits that other programs play: ticks from beat 1, in as many passes as it takes to come round.

Swing, microtiming, ratchets, A:B conditions and tracks of different lengths all become plain hits. A hit that
microtiming puts before beat 1 of the first pass sounds on beat 1: no file begins before its start.
"""

from dataclasses import dataclass
from math import lcm

from engine.core.errors import InvalidValue
from engine.core.groove import sounds_on_pass, step_onset_ticks, stroke_ticks
from engine.core.pattern import Pattern, Track
from engine.core.step import Step, When
from engine.core.timeline import PPQN
from engine.library.kits.decomposition import StoredDecomposition

LONGEST_BEATS = 512
SAME_HIT_TICKS = 20
HEARD_TICKS = PPQN // 8


@dataclass(frozen=True, slots=True)
class Stroke:
    """One hit: ticks from beat 1, its length in ticks, velocity (0..1], the one-shot that sounds by name, and the step
    it comes from (None for a hit of the recording)."""

    tick: int
    length: int
    velocity: float
    sound: str
    step: Step | None = None


def cycle_ticks(pattern: Pattern) -> int:
    """Ticks until the pattern repeats exactly: tracks of other lengths and A:B conditions included."""
    return lcm(pattern.ticks, *(_track_cycle(track) for track in pattern.tracks))


def passes_needed(pattern: Pattern) -> int:
    """How many passes of the pattern to write: until it repeats, at most LONGEST_BEATS and at least one."""
    return min(cycle_ticks(pattern) // pattern.ticks, max(1, int(LONGEST_BEATS // pattern.beats)))


def ruled_strokes(pattern: Pattern, track: Track, passes: int) -> list[Stroke]:
    """Every hit of a track in this many passes, by tick; steps for fills only are left out.

    What microtiming puts before beat 1 sounds on it; what it puts behind the end sounds at the start, where the loop
    goes on. Of two hits on one tick, the louder one stays.
    """
    end = passes * pattern.ticks
    found: dict[int, Stroke] = {}
    for grid_index in range(end // track.step_ticks):
        step, onset = track.steps[grid_index % len(track.steps)], step_onset_ticks(pattern, track, grid_index)
        if step is None or onset is None or not _is_written(step, grid_index // len(track.steps)):
            continue
        for tick in stroke_ticks(step, onset, track.step_ticks):
            _keep_louder(found, Stroke(max(0, tick) % end, track.step_ticks // step.ratchet, step.velocity,
                                       step.overrides.one_shot or track.name, step))
    return _until_the_next(found, end)


def heard_strokes(stored: StoredDecomposition, track: Track) -> list[Stroke]:
    """The hits of a track as they were heard in the recording, not as the pattern has them. The early downbeat, which
    a loop's recording has at its end, comes on beat 1."""
    end = stored.pattern.ticks
    early = _early_ticks(stored.pattern, track)
    found: dict[int, Stroke] = {}
    for onset in stored.onsets.get(track.name, ()):
        tick = round(onset.time_s * stored.tempo_bpm * PPQN / 60.0)
        is_downbeat = tick < 0 or any(abs(tick - other) <= SAME_HIT_TICKS for other in early)
        if onset.velocity > 0.0:
            _keep_louder(found, Stroke(0 if is_downbeat else tick % end, HEARD_TICKS, min(1.0, onset.velocity),
                                       track.name))
    return _until_the_next(found, end)


def all_strokes(stored: StoredDecomposition, heard: bool = False) -> tuple[int, dict[str, list[Stroke]]]:
    """(length in ticks, the strokes of each track) as the pattern rules them, or as they were heard.

    Raises InvalidValue if nothing was heard: a kit made by hand has only its pattern.
    """
    pattern = stored.pattern
    if heard:
        if not any(stored.onsets.values()):
            raise InvalidValue(f"{stored.kit.name} has no hits heard in a recording. Export those of the "
                               "pattern instead.")
        return pattern.ticks, {track.name: heard_strokes(stored, track) for track in pattern.tracks}
    passes = passes_needed(pattern)
    return passes * pattern.ticks, {track.name: ruled_strokes(pattern, track, passes) for track in pattern.tracks}


def _track_cycle(track: Track) -> int:
    conditions = (step.condition[1] for step in track.steps if step is not None)
    return len(track.steps) * track.step_ticks * lcm(1, *conditions)


def _is_written(step: Step, pass_index: int) -> bool:
    return step.when is not When.FILL and step.probability > 0.0 and sounds_on_pass(step, pass_index)


def _early_ticks(pattern: Pattern, track: Track) -> list[int]:
    """Where, at the end of the loop, a recording has the hits that belong to beat 1."""
    step, onset = track.steps[0], step_onset_ticks(pattern, track, 0)
    return [] if step is None or onset is None or onset >= 0 else [onset % pattern.ticks]


def _keep_louder(found: dict[int, Stroke], stroke: Stroke) -> None:
    there = found.get(stroke.tick)
    if there is None or there.velocity < stroke.velocity:
        found[stroke.tick] = stroke


def _until_the_next(found: dict[int, Stroke], end: int) -> list[Stroke]:
    """The strokes by tick, each cut short by the next one and by the end."""
    ticks = sorted(found)
    return [Stroke(tick, min(found[tick].length, following - tick), found[tick].velocity, found[tick].sound,
                   found[tick].step)
            for tick, following in zip(ticks, [*ticks, end][1:], strict=True)]
