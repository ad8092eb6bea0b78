"""Keys for what a step is: velocity, timing, probability, passes, ratchet, and a pitch, decay or sound of its own."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from engine.core.kit import OneShot
from engine.core.pattern import Step, Track, next_uncertain
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from tui.modes.mode import END, Actions, Leader, Mode
from tui.modes.ranges import NEW_HIT, RangeMode
from tui.pending_edits import Setting
from tui.requests import Requests
from tui.screens.panel import Panel
from tui.typed_values import OVERRIDES as TYPED_OVERRIDES
from tui.typed_values import PASSES, PROBABILITY, VELOCITY, Question, Value, timing

NUDGE_TICKS = 5
OVERRIDES = {"p": "pitch", "d": "decay", "f": "cutoff", "o": "one-shot"}
FIELDS = {"pitch": "pitch_semitones", "decay": "decay_s", "cutoff": "cutoff_hz"}
UP_DOWN = {"up": 1, "down": -1}


class StepMode(Mode):
    """Edits the step under the cursor, or the marked ones, through `ranges`."""

    def __init__(self, panel: Panel, requests: Requests, ranges: RangeMode) -> None:
        super().__init__(panel, requests)
        self._edit = ranges.edit
        self._nth_pass = 1

    def actions(self) -> Actions:
        """Velocity, a leader key for each other layer, and the next uncertain step."""
        leaders = ("velocity", "timing", "probability", "condition", "ratchet", "change")
        return {**{name: partial(self.wait_for, name) for name in leaders},
                "velocity-up": partial(self.accent, 0.1), "velocity-down": partial(self.accent, -0.1),
                "next-uncertain": self.go_to_uncertain}

    def leaders(self) -> dict[str, Leader]:
        """Each layer, and what a step overrides of its sound."""
        def step(words: Callable[[Step, Track], str]) -> Callable[[], str]:
            return partial(self._value_of, words)

        return {
            "velocity": Leader("VELOCITY  1-9: 10-90 %; 0: 100 %; Enter: type it; Esc", self._velocity,
                               value=step(lambda step, _: f"{step.velocity:.0%}")),
            "timing": Leader("TIMING  arrows: 5 ticks; 1-4: early, 5: on the grid, 6-9: late; Enter: type",
                             self._timing, lasting=True, value=step(lambda step, _: f"{step.microtiming:+d} ticks")),
            "probability": Leader("PROBABILITY  1-9: 10-90 %; 0: always; up, down: 5 %; Enter: type", self._probability,
                                  lasting=True, value=step(lambda step, _: f"{step.probability:.0%}")),
            "condition": Leader("PASSES  A, B: pass A of every B; 0: all; f: fills; n: outside; Enter: type",
                                self._condition, value=step(lambda step, _: condition_words(step))),
            "of": Leader("PASSES  of every how many: 1-9; Esc", self._condition_of,
                         value=lambda: f"pass {self._nth_pass}"),
            "ratchet": Leader("RATCHET  1-8 strokes; Esc", self._ratchet,
                              value=step(lambda step, _: f"{step.ratchet}")),
            "change": Leader("THIS STEP  p: pitch, d: decay, f: filter, o: another track's one-shot; Esc",
                             OVERRIDES.get, value=step(lambda step, _: own_sound_words(step.overrides))),
            "pitch": Leader("PITCH OF THIS STEP  up, down; Enter: type it; Backspace: as the kit; Esc",
                            partial(self._override, "pitch"), lasting=True,
                            value=partial(self._override_value, "pitch")),
            "decay": Leader("DECAY OF THIS STEP  up, down; Enter: type it; Backspace: as the kit; Esc",
                            partial(self._override, "decay"), lasting=True,
                            value=partial(self._override_value, "decay")),
            "cutoff": Leader("FILTER OF THIS STEP  up, down; Enter: type it; Backspace: as the kit; Esc",
                             partial(self._override, "cutoff"), lasting=True,
                             value=partial(self._override_value, "cutoff")),
            "one-shot": Leader("ONE-SHOT OF THIS STEP  1-8: that track's; 0: its own; Esc", self._one_shot,
                               value=step(lambda step, track: step.overrides.one_shot or track.name))}

    def _value_of(self, words: Callable[[Step, Track], str]) -> str:
        """Something about the step under the cursor, in words."""
        step = self._expected_step()
        return "no hit" if step is None else words(step, self.track)

    def _override_value(self, what: str) -> str:
        """What the step under the cursor overrides."""
        step = self._expected_step()
        value = None if step is None else getattr(step.overrides, FIELDS[what])
        return "as the kit" if value is None else override_words(what, value)

    def go_to_uncertain(self) -> None:
        """Go to the next step that the transcriber was not sure of."""
        self.panel.marked_from = None
        found = next_uncertain(self.machine.pattern, *self.panel.cursor)
        if found is None:
            self.notify("No step is uncertain.")
        else:
            self.panel.cursor = found

    def accent(self, by: float) -> None:
        """Play the step harder or softer; an empty one stays empty."""
        if self.panel.marked_from is not None or self._expected_step() is not None:
            self._edit(lambda _, step: replace(step, velocity=round(min(1.0, max(0.05, step.velocity + by)), 3)))

    def _expected_step(self) -> Step | None:
        step: Step | None = self.expected(Setting("step", self.track.name, self.panel.cursor[1]))
        return step

    def _set(self, **changes: Any) -> None:
        self._edit(lambda _, step: replace(step, **changes))

    def _type(self, typed: Question[Value], of: Callable[[Step], Value], take: Callable[[Step, Value], Step]) -> str:
        """Let something about the step be typed; `of` reads it from a step, `take` writes it."""
        now = of(self._expected_step() or NEW_HIT)
        self.ask_for(typed, now, lambda value: self._edit(lambda _, step: take(step, value)))
        return END

    def _velocity(self, key: str) -> str | None:
        if key == "enter":
            return self._type(VELOCITY, lambda step: 100 * step.velocity,
                              lambda step, percent: replace(step, velocity=percent / 100))
        if not key.isdigit():
            return None
        self._set(velocity=(int(key) or 10) / 10)
        return END

    def _timing(self, key: str) -> str | None:
        """A digit is a place in tenths of a step: 5 (or 0) on the grid; the arrows are fine."""
        if key == "enter":
            return self._type(timing(self.track.step_ticks), lambda step: float(step.microtiming),
                              lambda step, ticks: replace(step, microtiming=Ticks(round(ticks))))
        if key.isdigit():
            tenths = (int(key) or 5) - 5
            self._edit(lambda track, step: replace(step, microtiming=Ticks(tenths * track.step_ticks // 10)))
            return END
        if key not in ("left", "right"):
            return None
        self._edit(partial(_nudged, NUDGE_TICKS if key == "right" else -NUDGE_TICKS))
        return "timing"

    def _probability(self, key: str) -> str | None:
        if key == "enter":
            return self._type(PROBABILITY, lambda step: 100 * step.probability,
                              lambda step, percent: replace(step, probability=percent / 100))
        if key.isdigit():
            self._set(probability=(int(key) or 10) / 10)
            return END
        if key not in UP_DOWN:
            return None
        by = 0.05 * UP_DOWN[key]
        self._edit(lambda _, step: replace(step, probability=round(min(1.0, max(0.0, step.probability + by)), 2)))
        return "probability"

    def _condition(self, key: str) -> str | None:
        """A digit begins A:B, 0 is always; f in fills only, n outside them."""
        if key == "enter":
            return self._type(PASSES, lambda step: (step.condition, step.when),
                              lambda step, passes: replace(step, condition=passes[0], when=passes[1]))
        if key == "0":
            self._set(condition=(1, 1), when=When.ALWAYS)
        elif key in ("f", "n"):
            self._set(when=When.FILL if key == "f" else When.NOT_FILL)
        elif key.isdigit():
            self._nth_pass = int(key)
            return "of"
        else:
            return None
        return END

    def _condition_of(self, key: str) -> str | None:
        if not key.isdigit() or int(key) < self._nth_pass:
            return None
        self._set(condition=(self._nth_pass, int(key)))
        return END

    def _ratchet(self, key: str) -> str | None:
        if not key.isdigit() or not 1 <= int(key) <= 8:
            return None
        self._set(ratchet=int(key))
        return END

    def _override(self, what: str, key: str) -> str | None:
        """Up and down change the sound of this step alone; Backspace leaves it to the kit again."""
        if key == "enter":
            field = FIELDS[what]
            kit_value = self._kit_value(self.track, field)
            return self._type(TYPED_OVERRIDES[what], lambda step: _first(getattr(step.overrides, field), kit_value),
                              lambda step, value: replace(step, overrides=_with_override(step.overrides, what, value)))
        if key != "backspace" and key not in UP_DOWN:
            return None
        self._edit(lambda track, step: replace(step, overrides=self._overrides_after(key, what, track, step.overrides)))
        return what

    def _overrides_after(self, key: str, what: str, track: Track, overrides: Overrides) -> Overrides:
        value: float | None = None
        if key in UP_DOWN:
            now: float | None = getattr(overrides, FIELDS[what])
            value = _notch_further(what, self._kit_value(track, FIELDS[what]) if now is None else now, UP_DOWN[key])
        return _with_override(overrides, what, value)

    def _kit_value(self, track: Track, name: str) -> float:
        shot = self.machine.kit.one_shots.get(track.name) or OneShot("none", 1)
        value: float | None = getattr(shot, name)
        if value is not None:
            return value
        rate = self.machine.timeline.sample_rate
        return min(60.0, shot.frames / rate) if name == "decay_s" else 20000.0

    def _one_shot(self, key: str) -> str | None:
        """A digit: the one-shot of that track; 0: the track's own again."""
        tracks = self.machine.pattern.tracks
        if not key.isdigit() or int(key) > len(tracks):
            return None
        name = tracks[int(key) - 1].name if int(key) else None
        self._edit(lambda _, step: replace(step, overrides=replace(step.overrides, one_shot=name)))
        return END


def condition_words(step: Step) -> str:
    """`1:4`, `in fills`, `every pass`."""
    if step.when is not When.ALWAYS:
        return "in fills" if step.when is When.FILL else "outside fills"
    return "every pass" if step.condition == (1, 1) else f"{step.condition[0]}:{step.condition[1]}"


def override_words(what: str, value: float) -> str:
    """A pitch, decay or cutoff of a step's own: `+3 semitones`."""
    return {"pitch": f"{value:+g} semitones", "decay": f"{value:.3g} s", "cutoff": f"{value:.0f} Hz"}[what]


def own_sound_words(overrides: Overrides) -> str:
    """All that a step changes about its sound."""
    words = [override_words(what, value) for what, field in FIELDS.items()
             if (value := getattr(overrides, field)) is not None]
    return ", ".join([*words, *filter(None, [overrides.one_shot])]) or "as the kit"


def _with_override(overrides: Overrides, what: str, value: float | None) -> Overrides:
    changed: dict[str, Any] = {FIELDS[what]: value}
    return replace(overrides, **changed)


def _first(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _nudged(by: int, track: Track, step: Step) -> Step:
    """The step so many ticks later, at most half a step off the grid."""
    most = track.step_ticks // 2
    return replace(step, microtiming=Ticks(min(most, max(-most, step.microtiming + by))))


def _notch_further(what: str, value: float, by: int) -> float:
    """One notch up or down the scale of `what`, within its range."""
    if what == "pitch":
        return min(24.0, max(-24.0, value + by))
    if what == "decay":
        return round(min(60.0, max(0.005, value * 1.25**by)), 4)
    return round(min(20000.0, max(20.0, value * 2.0 ** (by / 3))), 1)
