"""The step line: what the step under the cursor is."""

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.pattern import Step, Track
from engine.core.step import Overrides, When


class StepLine(Widget):
    """The step under the cursor, in words."""

    track: reactive[Track | None] = reactive(None)
    index: reactive[int] = reactive(0)
    marked: reactive[str] = reactive("")
    heard: reactive[Track | None] = reactive(None)

    def render(self) -> Text:
        """`snare  step 5 of 32  velocity 80 %  12 ticks late  43 % sure`, after what is marked."""
        if self.track is None or self.index >= len(self.track.steps):
            return Text("")
        step = self.track.steps[self.index]
        where = [self.track.name, f"step {self.index + 1} of {len(self.track.steps)}"]
        words = [*filter(None, [self.marked]), *where, *_step_words(step), *self._ghost(step), *_grid_words(self.track)]
        return Text(" " + "   ".join(words), no_wrap=True, overflow="ellipsis")

    def _ghost(self, step: Step | None) -> list[str]:
        """What was heard here, where you have changed it."""
        assert self.track is not None
        if self.heard is None or len(self.heard.steps) != len(self.track.steps):
            return []
        heard = self.heard.steps[self.index]
        if heard is None:
            return [] if step is None else ["added by you"]
        if step is None:
            return [f"heard here: velocity {heard.velocity:.0%}"]
        return [f"heard at {heard.velocity:.0%}"] if abs(heard.velocity - step.velocity) >= 0.01 else []


def _grid_words(track: Track) -> list[str]:
    """What is unusual about the track's own grid."""
    triplets = ", triplets" if track.steps_per_beat % 3 == 0 else ""
    words = [] if track.steps_per_beat == 4 else [f"{track.steps_per_beat} per beat{triplets}"]
    return words if track.swing is None else [*words, f"swing {track.swing:.0%}"]


def _step_words(step: Step | None) -> list[str]:
    if step is None:
        return ["empty"]
    words = [f"velocity {step.velocity:.0%}"]
    if step.microtiming:
        ticks = abs(step.microtiming)
        words.append(f"{ticks} tick{'' if ticks == 1 else 's'} {'late' if step.microtiming > 0 else 'early'}")
    if step.confidence < 0.995:  # would read 100%
        words.append(f"{step.confidence:.0%} sure")
    if step.probability < 1.0:
        words.append(f"probability {step.probability:.0%}")
    if step.condition != (1, 1):
        words.append(f"pass {step.condition[0]} of {step.condition[1]}")
    if step.ratchet > 1:
        words.append(f"{step.ratchet} strokes")
    if step.when is not When.ALWAYS:
        words.append("in fills" if step.when is When.FILL else "outside fills")
    return words + _override_words(step.overrides)


def _override_words(overrides: Overrides) -> list[str]:
    words = []
    if overrides.pitch_semitones is not None:
        words.append(f"pitch {overrides.pitch_semitones:+g}")
    if overrides.decay_s is not None:
        words.append(f"decay {overrides.decay_s:.3g} s")
    if overrides.cutoff_hz is not None:
        words.append(f"filter {overrides.cutoff_hz:.0f} Hz")
    if overrides.one_shot is not None:
        words.append(f"plays {overrides.one_shot}")
    return words
