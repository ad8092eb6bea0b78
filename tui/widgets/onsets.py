"""Which drum was hit when: the number of its track under the waveform."""

from typing import ClassVar

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.groove import step_onset_ticks
from engine.core.pattern import Pattern
from engine.core.timeline import PPQN
from tui.geometry import GridView
from tui.widgets.styles import part_styles

Hit = tuple[int, str, bool]  # a column, a track's number, whether the transcriber was sure


class OnsetRows(Widget):
    """Hits that fall on one column share the rows, the upper track first."""

    pattern: reactive[Pattern | None] = reactive(None)
    view: reactive[GridView] = reactive(GridView())

    COMPONENT_CLASSES: ClassVar[set[str]] = {"onsets--sure", "onsets--unsure", "onsets--label"}

    def __init__(self) -> None:
        super().__init__(id="onsets")

    def render(self) -> Text:
        """A line for each row."""
        sure, unsure, label = part_styles(self, "onsets--sure", "onsets--unsure", "onsets--label")
        hits = [] if self.pattern is None else onset_columns(self.pattern, self.view)
        rows: list[dict[int, Hit]] = [{} for _ in range(max(1, self.size.height))]
        for hit in hits:
            free = next((row for row in rows if hit[0] not in row), None)
            if free is not None:
                free[hit[0]] = hit
        text = Text(no_wrap=True)
        for number, row in enumerate(rows):
            name = " heard" if number == 0 and hits and self.view.label_columns >= 12 else ""
            text.append(name.ljust(self.view.label_columns), label)
            for column in range(self.view.columns):
                _, digit, certain = row.get(column, (0, " ", True))
                text.append(digit, sure if certain else unsure)
            text.append("\n" if number < len(rows) - 1 else "")
        return text


def onset_columns(pattern: Pattern, view: GridView) -> list[Hit]:
    """Where each hit of the pattern's first pass sounds, swing and microtiming counted, on the page that is shown."""
    found = []
    for number, track in enumerate(pattern.tracks, 1):
        begin, end = view.first_beat * track.steps_per_beat, (view.first_beat + view.beats) * track.steps_per_beat
        last = pattern.ticks // track.step_ticks
        for index in {*range(begin - 1, min(end + 1, last)), last - 1} - {-1}:
            ticks = step_onset_ticks(pattern, track, index)
            step = track.steps[index % len(track.steps)]
            if ticks is None or step is None:
                continue
            nearest = round(ticks * view.columns_per_beat / PPQN) % int(pattern.beats * view.columns_per_beat)
            column = nearest - view.first_beat * view.columns_per_beat
            if 0 <= column < view.columns:
                found.append((column, str(number), not step.uncertain))
    return found
