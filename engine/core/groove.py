"""Swing, microtiming, ratchets, conditions and chance: when a step really sounds, and whether."""

from engine.core.pattern import Pattern, Step, Track
from engine.core.timeline import Ticks

STRAIGHT, TRIPLET, NEAR_TRIPLET = 0.5, 2 / 3, 0.025  # as a swing


def swing_ticks(swing: float, step_ticks: int) -> int:
    """How late the second step of each pair comes, in ticks: none at 0.5, half a step at 0.75."""
    return round((2.0 * swing - 1.0) * step_ticks)


def feel(pattern: Pattern) -> str:
    """How a pattern swings, in words, such as "sixteenths swung 58 %" or "triplets"; empty where it is straight."""
    per_beat = pattern.tracks[0].steps_per_beat
    if per_beat % 3 == 0:
        return "triplets"
    if pattern.swing <= STRAIGHT:
        return ""
    steps = {1: "quarters", 2: "eighths", 4: "sixteenths"}.get(per_beat, "steps")
    triplets = ", a triplet feel" if abs(pattern.swing - TRIPLET) <= NEAR_TRIPLET else ""
    return f"{steps} swung {100 * pattern.swing:.0f} %{triplets}"


def grid_ticks(pattern: Pattern, track: Track, grid_index: int) -> Ticks:
    """The swung grid: ticks from the pattern's start to grid step `grid_index`, which counts on over all passes."""
    swing = pattern.swing if track.swing is None else track.swing
    late = swing_ticks(swing, track.step_ticks) if grid_index % 2 else 0
    return Ticks(grid_index * track.step_ticks + late)


def playing_index(pattern: Pattern, track: Track, since_ticks: int) -> int:
    """The step of `track` under a playhead `since_ticks` after the pattern's start, on its swung grid."""
    index = since_ticks // track.step_ticks
    if grid_ticks(pattern, track, index) > since_ticks:
        index -= 1
    return index % len(track.steps)


def step_onset_ticks(pattern: Pattern, track: Track, grid_index: int) -> Ticks | None:
    """Ticks from the pattern's start to the hit on grid step `grid_index`; None where the track is silent."""
    step = track.steps[grid_index % len(track.steps)]
    return None if step is None else Ticks(grid_ticks(pattern, track, grid_index) + step.microtiming)


def stroke_ticks(step: Step, onset_ticks: int, step_ticks: int) -> list[Ticks]:
    """The hits of a ratchet, evenly spread over the step, the first on the onset."""
    return [Ticks(onset_ticks + stroke * step_ticks // step.ratchet) for stroke in range(step.ratchet)]


def sounds_on_pass(step: Step, pass_index: int) -> bool:
    """Whether the step's A:B condition holds on pass `pass_index` (from 0) of its track."""
    nth, of = step.condition
    return pass_index % of == nth - 1


def chance(seed: int, track_index: int, grid_index: int) -> float:
    """A number in 0..1, always the same for the same grid step: so a set repeats, at any block size.

    SplitMix64's finaliser (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014).
    """
    mask = (1 << 64) - 1
    z = (seed * 0x9E3779B97F4A7C15 + (grid_index * 8 + track_index + 1) * 0xD1342543DE82EF95) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return float((z ^ (z >> 31)) >> 11) / float(1 << 53)
