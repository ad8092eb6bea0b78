"""Hands on the steps: how hard, how late, how often, and what each changes of its sound."""

from dataclasses import replace
from functools import partial

from engine.core.commands import SetStep, ToggleStep
from engine.core.confidence import next_doubtful
from engine.core.kit import OneShot
from engine.core.pattern import Step
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.screens.leads import END, Leads
from tui.waiting import Topic

NUDGE_TICKS = 5
CHANGES = {"p": "pitch", "d": "decay", "f": "cutoff", "o": "one-shot"}
UP_DOWN = {"up": 1, "down": -1}


class StepKeys(Leads):
    """Moves the cursor, and asks for other steps under it."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self._nth = 1
        self.leads |= {"velocity": self._velocity, "timing": self._timing, "chance": self._chance,
                       "condition": self._condition, "of": self._condition_of, "ratchet": self._ratchet,
                       "change": CHANGES.get, "one-shot": self._other_one_shot,
                       **{name: partial(self._change, name) for name in ("pitch", "decay", "cutoff")}}
        self.lasting |= {"timing", "chance", "pitch", "decay", "cutoff"}

    def action_step(self, by: int) -> None:
        """Move along the track, round its ends."""
        track, step = self.cursor
        self.cursor = track, (step + by) % len(self.track.steps)

    def action_bar(self, by: int) -> None:
        """Move by whole bars."""
        self.action_step(by * self.playing_machine.pattern.beats_per_bar * self.track.steps_per_beat)

    def action_lane(self, by: int) -> None:
        """Move to the track above or below, to the step that sounds at the same time."""
        tracks = self.playing_machine.pattern.tracks
        old, step = self.track, self.cursor[1]
        lane = (self.cursor[0] + by) % len(tracks)
        same = step * old.step_ticks // tracks[lane].step_ticks
        self.cursor = lane, min(same, len(tracks[lane].steps) - 1)

    def action_next_doubtful(self) -> None:
        """Go to the next step that the transcriber was not sure of."""
        self.cursor = next_doubtful(self.playing_machine.pattern, *self.cursor) or self.cursor

    def action_strike(self) -> None:
        """Strike or silence the step."""
        self.ask(ToggleStep(self.track.name, self.cursor[1]))

    def action_clear(self) -> None:
        """Silence the step."""
        self.ask(SetStep(self.track.name, self.cursor[1], None))

    def action_accent(self, by: float) -> None:
        """Strike the step harder or softer; a silent one stays silent."""
        step = self._wanted_step()
        if step is not None:
            self._edit(velocity=round(min(1.0, max(0.05, step.velocity + by)), 3))

    def _wanted_step(self) -> Step | None:
        step: Step | None = self.wanted(Topic("step", self.track.name, self.cursor[1]))
        return step

    def _edit(self, **changes: object) -> None:
        """Change the step under the cursor, or strike it so. What a musician has touched is sure."""
        track, index = self.track.name, self.cursor[1]
        step = replace(self._wanted_step() or Step(0.8), **{"confidence": 1.0, **changes})  # type: ignore[arg-type]
        self.want(Topic("step", track, index), step, SetStep(track, index, step))

    def _velocity(self, key: str) -> str | None:
        if not key.isdigit():
            return None
        self._edit(velocity=(int(key) or 10) / 10)
        return END

    def _timing(self, key: str) -> str | None:
        """A digit is a place in tenths of a step: 5 (or 0) on the grid; the arrows are fine."""
        step, most = self._wanted_step() or Step(0.8), self.track.step_ticks // 2
        if key.isdigit():
            tenths = (int(key) or 5) - 5
            self._edit(microtiming=Ticks(tenths * self.track.step_ticks // 10))
            return END
        if key not in ("left", "right"):
            return None
        ticks = step.microtiming + (NUDGE_TICKS if key == "right" else -NUDGE_TICKS)
        self._edit(microtiming=Ticks(min(most, max(-most, ticks))))
        return "timing"

    def _chance(self, key: str) -> str | None:
        step = self._wanted_step() or Step(0.8)
        if key.isdigit():
            self._edit(probability=(int(key) or 10) / 10)
            return END
        if key not in UP_DOWN:
            return None
        self._edit(probability=round(min(1.0, max(0.0, step.probability + 0.05 * UP_DOWN[key])), 2))
        return "chance"

    def _condition(self, key: str) -> str | None:
        """A digit begins A:B, 0 is always; f in fills alone, n outside them."""
        if key == "0":
            self._edit(condition=(1, 1), when=When.ALWAYS)
        elif key in ("f", "n"):
            self._edit(when=When.FILL if key == "f" else When.NOT_FILL)
        elif key.isdigit():
            self._nth = int(key)
            return "of"
        else:
            return None
        return END

    def _condition_of(self, key: str) -> str | None:
        if not key.isdigit() or int(key) < self._nth:
            return None
        self._edit(condition=(self._nth, int(key)))
        return END

    def _ratchet(self, key: str) -> str | None:
        if not key.isdigit() or not 1 <= int(key) <= 8:
            return None
        self._edit(ratchet=int(key))
        return END

    def _change(self, what: str, key: str) -> str | None:
        """Up and down change the sound of this step alone; Backspace gives it back to the kit."""
        step = self._wanted_step() or Step(0.8)
        name = {"pitch": "pitch_semitones", "decay": "decay_s", "cutoff": "cutoff_hz"}[what]
        if key == "backspace":
            value: float | None = None
        elif key in UP_DOWN:
            own = getattr(step.overrides, name)
            value = _moved(what, self._kit_value(name) if own is None else own, UP_DOWN[key])
        else:
            return None
        own = step.overrides
        self._edit(overrides=Overrides(value if what == "pitch" else own.pitch_semitones,
                                       value if what == "decay" else own.decay_s,
                                       value if what == "cutoff" else own.cutoff_hz, own.one_shot))
        return what

    def _kit_value(self, name: str) -> float:
        shot = self.playing_machine.kit.one_shots.get(self.track.name) or OneShot("none", 1)
        value: float | None = getattr(shot, name)
        if value is not None:
            return value
        rate = self.playing_machine.timeline.sample_rate
        return min(60.0, shot.frames / rate) if name == "decay_s" else 20000.0

    def _other_one_shot(self, key: str) -> str | None:
        """A digit: the one-shot of that track; 0: the track's own again."""
        tracks = self.playing_machine.pattern.tracks
        if not key.isdigit() or int(key) > len(tracks):
            return None
        overrides = (self._wanted_step() or Step(0.8)).overrides
        self._edit(overrides=replace(overrides, one_shot=tracks[int(key) - 1].name if int(key) else None))
        return END


def _moved(what: str, value: float, by: int) -> float:
    """A step on the scale of a sound's quality, within its range."""
    if what == "pitch":
        return min(24.0, max(-24.0, value + by))
    if what == "decay":
        return round(min(60.0, max(0.005, value * 1.25**by)), 4)
    return round(min(20000.0, max(20.0, value * 2.0 ** (by / 3))), 1)
