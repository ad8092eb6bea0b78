"""What a decomposition has that another program's format may have no place for, said in one line."""

from collections.abc import Callable, Iterable
from enum import Enum

from engine.core.kit import OneShot
from engine.core.pattern import Track
from engine.core.step import Step, When
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.strokes import cycle_ticks, passes_needed


class Feature(Enum):
    """Something that a format may lack; the value says it to the user."""

    CHANCE = "the chance of a step, which always plays"
    FILLS = "steps for fills only, which are left out"
    STEP_SOUND = "a step's own pitch, decay or filter"
    STEP_SHAPE = "a step's own decay or filter"
    WHOLE_CYCLE = "all passes until the pattern repeats; the first ones are written"
    LAYERS = "layers by velocity; the loudest is written"
    TURNS = "round robins; the first is written"
    CHOKING = "choke groups"
    SELF_CHOKING = "a drum that cuts itself short"
    PAN = "pan"


def features_lost(stored: StoredDecomposition, cannot_hold: Iterable[Feature]) -> str | None:
    """What of this decomposition such a format loses, with the tracks it concerns; None if nothing."""
    found = [(feature, _users(stored, feature)) for feature in cannot_hold]
    parts = [f"{feature.value} ({', '.join(tracks)})" for feature, tracks in found if tracks]
    return "; ".join(parts) or None


def _users(stored: StoredDecomposition, feature: Feature) -> list[str]:
    """The tracks that use a feature."""
    if feature is Feature.WHOLE_CYCLE:
        return ["all tracks"] if passes_needed(stored.pattern) * stored.pattern.ticks < cycle_ticks(stored.pattern) \
            else []
    if feature in _STEPS:
        return [track.name for track in stored.pattern.tracks if _has_step(track, _STEPS[feature])]
    return [name for name, shot in stored.kit.one_shots.items() if _SHOTS[feature](shot)]


def _has_step(track: Track, uses: Callable[[Step], bool]) -> bool:
    return any(step is not None and uses(step) for step in track.steps)


def _reshapes(step: Step) -> bool:
    return (step.overrides.decay_s, step.overrides.cutoff_hz) != (None, None)


_STEPS: dict[Feature, Callable[[Step], bool]] = {
    Feature.CHANCE: lambda step: 0.0 < step.probability < 1.0,
    Feature.FILLS: lambda step: step.when is When.FILL,
    Feature.STEP_SHAPE: _reshapes,
    Feature.STEP_SOUND: lambda step: _reshapes(step) or step.overrides.pitch_semitones is not None}
_SHOTS: dict[Feature, Callable[[OneShot], bool]] = {
    Feature.LAYERS: lambda shot: len(shot.zones) > 1,
    Feature.TURNS: lambda shot: any(len(layers) > 1 for _, _, layers in shot.zones),
    Feature.CHOKING: lambda shot: shot.choke_group is not None,
    Feature.SELF_CHOKING: lambda shot: shot.choke_group is not None,
    Feature.PAN: lambda shot: shot.pan != 0.0}
