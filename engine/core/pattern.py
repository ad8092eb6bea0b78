"""What is played: steps on tracks. Nothing here knows about sound or sample rates."""

from dataclasses import dataclass, replace

from engine.core.errors import InvalidValue
from engine.core.names import check_name
from engine.core.step import Step
from engine.core.time_signature import (
    Quarters,
    TimeSignature,
    check_time_signature,
    pulse_ticks,
    ticks_of,
    whole_or_half,
)
from engine.core.timeline import PPQN, Ticks

TRACK_NAMES = ("kick", "snare", "tom", "hihat", "ride", "crash")
MAX_TRACKS = 8
MAX_STEPS = 128
MAX_BEATS = 4096
MIN_SWING, MAX_SWING = 0.5, 0.75
STEPS_PER_BEAT = (1, 2, 3, 4, 6, 8, 12, 16)


@dataclass(frozen=True, slots=True)
class Track:
    """One drum's steps, None where nothing sounds. Its length and resolution are its own (polymeter)."""

    name: str
    steps: tuple[Step | None, ...]
    steps_per_beat: int = 4
    swing: float | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidValue("A track needs a name.")
        check_name(self.name, "A track")
        if not 1 <= len(self.steps) <= MAX_STEPS:
            raise InvalidValue(f"A track has 1 to {MAX_STEPS} steps; {self.name} was given {len(self.steps)}.")
        if self.steps_per_beat not in STEPS_PER_BEAT:
            raise InvalidValue(f"Steps per beat are one of {STEPS_PER_BEAT}; {self.steps_per_beat} was given.")
        if self.swing is not None:
            check_swing(self.swing)
        for step in self.steps:
            if step is not None and 2 * abs(step.microtiming) > self.step_ticks:
                raise InvalidValue(f"Microtiming stays within half a step, {self.step_ticks // 2} ticks here; "
                                   f"{step.microtiming} was given.")

    @property
    def step_ticks(self) -> int:
        """The grid's stride in ticks, before swing."""
        return PPQN // self.steps_per_beat

    def with_step(self, index: int, step: Step | None) -> "Track":
        """The same track with one slot changed. Raises InvalidValue when there is no such slot."""
        if not 0 <= index < len(self.steps):
            raise InvalidValue(f"{self.name} has steps 1 to {len(self.steps)}; step {index + 1} was asked for.")
        return replace(self, steps=(*self.steps[:index], step, *self.steps[index + 1:]))

    def with_length(self, steps: int) -> "Track":
        """The same track cut to this many steps, or extended with silent ones."""
        if not 1 <= steps <= MAX_STEPS:
            raise InvalidValue(f"A track has 1 to {MAX_STEPS} steps; {steps} were asked for.")
        return replace(self, steps=(*self.steps[:steps], *(None,) * (steps - len(self.steps))))

    def with_resolution(self, steps_per_beat: int) -> "Track":
        """The same steps with this many to a beat, so the track runs faster or slower. Microtiming keeps its share of a
        step, to the tick."""
        if steps_per_beat not in STEPS_PER_BEAT:
            raise InvalidValue(f"Steps per beat are one of {STEPS_PER_BEAT}; {steps_per_beat} was asked for.")
        steps = tuple(None if step is None else
                      replace(step, microtiming=Ticks(int(step.microtiming * self.steps_per_beat / steps_per_beat)))
                      for step in self.steps)
        return replace(self, steps=steps, steps_per_beat=steps_per_beat)

    def rotated(self, by_steps: int) -> "Track":
        """The same music, begun `by_steps` steps later: the first steps go to the end, and an A:B condition there is
        counted from the pass it now belongs to."""
        turns, first = divmod(by_steps, len(self.steps))
        moved = [_earlier_pass(step, turns + (index < first)) for index, step in enumerate(self.steps)]
        return replace(self, steps=(*moved[first:], *moved[:first]))

    @property
    def silent(self) -> "Track":
        """A track of the same name and grid with nothing on it."""
        return replace(self, steps=(None,) * len(self.steps))


@dataclass(frozen=True, slots=True)
class Pattern:
    """1 to 8 tracks with unique names, a swing (0.5 straight .. 0.75) and a length in quarter notes for the launch
    boundary; `beats_per_bar` quarter notes make a bar, and beat_unit says in what it is counted: 4 quarters, 8
    eighths."""

    tracks: tuple[Track, ...]
    beats: Quarters
    swing: float = 0.5
    beats_per_bar: Quarters = 4
    beat_unit: int = 4

    def __post_init__(self) -> None:
        names = [track.name for track in self.tracks]
        if not 1 <= len(names) <= MAX_TRACKS or len(set(names)) != len(names):
            raise InvalidValue(f"A pattern has 1 to {MAX_TRACKS} tracks with different names; given: "
                               f"{names[: MAX_TRACKS + 1]}.")
        for name in ("beats", "beats_per_bar"):
            object.__setattr__(self, name, whole_or_half(getattr(self, name)))
        if not 1 <= self.beats <= MAX_BEATS:
            raise InvalidValue(f"A pattern lasts 1 to {MAX_BEATS} beats; {self.beats} were given.")
        check_time_signature(self.time_signature)
        check_swing(self.swing)

    @property
    def time_signature(self) -> TimeSignature:
        """Its metre, such as (7, 8)."""
        return round(self.beats_per_bar * self.beat_unit / 4), self.beat_unit

    @property
    def pulse_ticks(self) -> Ticks:
        """Ticks from one counted beat to the next."""
        return pulse_ticks(self.time_signature)

    @property
    def bar_ticks(self) -> Ticks:
        """Ticks from bar line to bar line."""
        return ticks_of(self.beats_per_bar)

    @property
    def ticks(self) -> Ticks:
        """Ticks from one pattern end to the next."""
        return ticks_of(self.beats)

    @property
    def silent(self) -> "Pattern":
        """A pattern of the same tracks and length with nothing on it."""
        return replace(self, tracks=tuple(track.silent for track in self.tracks))

    def track(self, name: str) -> Track:
        """The track called `name`. Raises InvalidValue when there is none."""
        for track in self.tracks:
            if track.name == name:
                return track
        raise InvalidValue(f"No track is called {name!r}; there are {', '.join(t.name for t in self.tracks)}.")

    def with_track(self, changed: Track) -> "Pattern":
        """The same pattern with the track of that name replaced."""
        self.track(changed.name)
        return replace(self, tracks=tuple(changed if t.name == changed.name else t for t in self.tracks))


def next_uncertain(pattern: Pattern, track_index: int, step_index: int) -> tuple[int, int] | None:
    """(track, step) of the next uncertain step after this one, in time order, then down the tracks; it wraps around.

    None if no step is uncertain.
    """
    found = [(index * track.step_ticks, lane, index)
             for lane, track in enumerate(pattern.tracks)
             for index, step in enumerate(track.steps) if step is not None and step.uncertain]
    if not found:
        return None
    here = (step_index * pattern.tracks[track_index].step_ticks, track_index, step_index)
    _, lane, index = min((place for place in found if place > here), default=min(found))
    return lane, index


def check_swing(swing: float) -> None:
    """Raise InvalidValue unless `swing` lies between straight and the hardest shuffle."""
    if not MIN_SWING <= swing <= MAX_SWING:
        raise InvalidValue(f"Swing lies between {MIN_SWING:.0%} and {MAX_SWING:.0%}; {swing:.0%} was given.")


def _earlier_pass(step: Step | None, turns: int) -> Step | None:
    if step is None:
        return None
    nth, of = step.condition
    return replace(step, condition=((nth - 1 - turns) % of + 1, of))
