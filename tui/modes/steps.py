"""Hands on the steps: how hard, how late, how often, and what each changes of its sound."""

from dataclasses import replace
from functools import partial
from typing import Any

from engine.core.kit import OneShot
from engine.core.pattern import Step, Track, next_doubtful
from engine.core.step import Overrides, When
from engine.core.timeline import Ticks
from tui.glyphs import Glyphs
from tui.keymap import Keymap
from tui.modes.leader_keys import END
from tui.modes.ranges import RangeKeys
from tui.waiting import Topic

NUDGE_TICKS = 5
CHANGES = {"p": "pitch", "d": "decay", "f": "cutoff", "o": "one-shot"}
UP_DOWN = {"up": 1, "down": -1}


class StepKeys(RangeKeys):
    """Asks for other steps under the cursor, or for others that are marked."""

    def __init__(self, glyphs: Glyphs, keymap: Keymap) -> None:
        super().__init__(glyphs, keymap)
        self._nth = 1
        self.leads |= {"velocity": self._velocity, "timing": self._timing, "chance": self._chance,
                       "condition": self._condition, "of": self._condition_of, "ratchet": self._ratchet,
                       "change": CHANGES.get, "one-shot": self._other_one_shot,
                       **{name: partial(self._change, name) for name in ("pitch", "decay", "cutoff")}}
        self.lasting |= {"timing", "chance", "pitch", "decay", "cutoff"}

    def action_next_doubtful(self) -> None:
        """Go to the next step that the transcriber was not sure of."""
        self.marked_from = None
        self.cursor = next_doubtful(self.playing_machine.pattern, *self.cursor) or self.cursor

    def action_accent(self, by: float) -> None:
        """Strike the step harder or softer; a silent one stays silent."""
        if self.marked_from is not None or self._wanted_step() is not None:
            self.edit(lambda _, step: replace(step, velocity=round(min(1.0, max(0.05, step.velocity + by)), 3)))

    def _wanted_step(self) -> Step | None:
        step: Step | None = self.wanted(Topic("step", self.track.name, self.cursor[1]))
        return step

    def _edit(self, **changes: Any) -> None:
        """The same for every step that is meant."""
        self.edit(lambda _, step: replace(step, **changes))

    def _velocity(self, key: str) -> str | None:
        if not key.isdigit():
            return None
        self._edit(velocity=(int(key) or 10) / 10)
        return END

    def _timing(self, key: str) -> str | None:
        """A digit is a place in tenths of a step: 5 (or 0) on the grid; the arrows are fine."""
        if key.isdigit():
            tenths = (int(key) or 5) - 5
            self.edit(lambda track, step: replace(step, microtiming=Ticks(tenths * track.step_ticks // 10)))
            return END
        if key not in ("left", "right"):
            return None
        by = NUDGE_TICKS if key == "right" else -NUDGE_TICKS
        self.edit(partial(_nudged, by))
        return "timing"

    def _chance(self, key: str) -> str | None:
        if key.isdigit():
            self._edit(probability=(int(key) or 10) / 10)
            return END
        if key not in UP_DOWN:
            return None
        by = 0.05 * UP_DOWN[key]
        self.edit(lambda _, step: replace(step, probability=round(min(1.0, max(0.0, step.probability + by)), 2)))
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
        if key != "backspace" and key not in UP_DOWN:
            return None
        self.edit(lambda track, step: replace(step, overrides=self._changed(what, key, track, step.overrides)))
        return what

    def _changed(self, what: str, key: str, track: Track, own: Overrides) -> Overrides:
        name = {"pitch": "pitch_semitones", "decay": "decay_s", "cutoff": "cutoff_hz"}[what]
        value: float | None = None
        if key in UP_DOWN:
            now = getattr(own, name)
            value = _moved(what, self._kit_value(track, name) if now is None else now, UP_DOWN[key])
        return Overrides(value if what == "pitch" else own.pitch_semitones,
                         value if what == "decay" else own.decay_s,
                         value if what == "cutoff" else own.cutoff_hz, own.one_shot)

    def _kit_value(self, track: Track, name: str) -> float:
        shot = self.playing_machine.kit.one_shots.get(track.name) or OneShot("none", 1)
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
        name = tracks[int(key) - 1].name if int(key) else None
        self.edit(lambda _, step: replace(step, overrides=replace(step.overrides, one_shot=name)))
        return END


def _nudged(by: int, track: Track, step: Step) -> Step:
    """The step so many ticks later, at most half a step off the grid."""
    most = track.step_ticks // 2
    return replace(step, microtiming=Ticks(min(most, max(-most, step.microtiming + by))))


def _moved(what: str, value: float, by: int) -> float:
    """A step on the scale of a sound's quality, within its range."""
    if what == "pitch":
        return min(24.0, max(-24.0, value + by))
    if what == "decay":
        return round(min(60.0, max(0.005, value * 1.25**by)), 4)
    return round(min(20000.0, max(20.0, value * 2.0 ** (by / 3))), 1)
