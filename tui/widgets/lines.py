"""The lines of words: the banner, the step under the cursor, the notices, the keys."""

from typing import ClassVar

from rich.text import Text
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

from engine.core.pattern import Step, Track
from engine.core.step import Overrides, When
from tui.glyphs import Glyphs
from tui.keymap import Keymap, key_label
from tui.widgets.looks import looks
from tui.widgets.readout import Pressed

LEADS = {
    "mute": "MUTE  1-8 that track, m this one, t tails ring or not, Esc none",
    "solo": "SOLO  1-8 that track, s this one, Esc none",
    "velocity": "VELOCITY  1-9: 10-90 %, 0: 100 %, Esc leaves it",
    "effects": "EFFECTS  1-9 on or off, arrows: how much, which note, 0 all off, Esc leaves",
    "length": "RECORD LENGTH  1-9 bars, 0: 16 bars, Esc leaves it",
    "timing": "TIMING  arrows: 5 ticks, 1-4 early, 5 on the grid, 6-9 late, Esc",
    "chance": "CHANCE  1-9: 10-90 %, 0: always, arrows: 5 %, Esc",
    "condition": "PASSES  A then B: pass A of every B, 0: all, f: in fills, n: outside fills",
    "of": "PASSES  of how many: 1-9, Esc leaves it",
    "ratchet": "RATCHET  1-8 strokes, Esc leaves it",
    "change": "THIS STEP  p pitch, d decay, f filter, o another track's one-shot, Esc",
    "pitch": "PITCH OF THIS STEP  up, down; Backspace: the kit's, Esc",
    "decay": "DECAY OF THIS STEP  up, down; Backspace: the kit's, Esc",
    "cutoff": "FILTER OF THIS STEP  up, down; Backspace: the kit's, Esc",
    "one-shot": "ONE-SHOT OF THIS STEP  1-8: that track's, 0: its own, Esc",
    "shape": "SOUND  r role g gain p pan t tune d decay f filter a attack c choke n note Esc",
    "role": "THIS TRACK IS  1 kick 2 snare 3 tom 4 hihat 5 ride 6 crash 7 perc, Esc",
    "gain_of": "GAIN  up, down: 1 dB; Backspace: 0 dB, Esc",
    "pan_of": "PAN  left, right; Backspace: the middle, Esc",
    "pitch_of": "TUNE  up, down: a semitone; left, right: 5 cents; Backspace: as recorded, Esc",
    "decay_of": "DECAY  up, down; Backspace: rings to its end, Esc",
    "cutoff_of": "FILTER  up, down: a third of an octave; Backspace: open, Esc",
    "attack_of": "ATTACK  up, down; Backspace: none, Esc",
    "choke_of": "CHOKE  1-8: with all of that group; 0, Backspace: free, Esc",
    "note_of": "MIDI NOTE  up, down, Esc",
    "gain": "MASTER FADER  up, down: 1 dB; 0: 0 dB, Esc",
    "pattern": "PATTERN  1-9 0 a-f: after this one; g: the one before, y: copy, Esc",
    "chain": "CHAIN  more patterns, Enter ends it",
    "copy": "COPY THIS PATTERN TO  1-9 0 a-f, Esc leaves it",
    "grid": "GRID OF THIS TRACK  left, right: length; up, down: steps a beat; Esc",
    "swing": "SWING  up, down: pattern; left, right: this track, 0 with the pattern; Esc",
}


class Banner(Widget):
    """What stays true until something is done about it, such as playing without a device. Else hidden."""

    text: reactive[str] = reactive("", layout=True)

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="banner")
        self.glyphs = glyphs

    def render(self) -> Text:
        """The sentence behind a warning mark."""
        return Text(f" {self.glyphs.warning} {self.text}")

    def watch_text(self, text: str) -> None:
        """Come and go with the words."""
        self.display = bool(text)


class StepLine(Widget):
    """All that the step under the cursor is, in words."""

    track: reactive[Track | None] = reactive(None)
    index: reactive[int] = reactive(0)
    marked: reactive[str] = reactive("")

    def render(self) -> Text:
        """`snare  step 5 of 32  velocity 80 %  12 ticks late  sure 43 %`, after what is marked."""
        if self.track is None or self.index >= len(self.track.steps):
            return Text("")
        step = self.track.steps[self.index]
        where = [self.track.name, f"step {self.index + 1} of {len(self.track.steps)}"]
        words = [*filter(None, [self.marked]), *where, *_words(step), *_grid_words(self.track)]
        return Text(" " + "   ".join(words), no_wrap=True, overflow="ellipsis")


def _grid_words(track: Track) -> list[str]:
    """What is unusual of the track's own grid."""
    words = [] if track.steps_per_beat == 4 else [f"{track.steps_per_beat} a beat"]
    return words if track.swing is None else [*words, f"swings {track.swing:.0%}"]


def _words(step: Step | None) -> list[str]:
    if step is None:
        return ["silent"]
    words = [f"velocity {step.velocity:.0%}"]
    if step.microtiming:
        words.append(f"{abs(step.microtiming)} ticks {'late' if step.microtiming > 0 else 'early'}")
    if step.confidence < 1.0:
        words.append(f"sure {step.confidence:.0%}")
    if step.probability < 1.0:
        words.append(f"chance {step.probability:.0%}")
    if step.condition != (1, 1):
        words.append(f"pass {step.condition[0]} of {step.condition[1]}")
    if step.ratchet > 1:
        words.append(f"{step.ratchet} strokes")
    if step.when is not When.ALWAYS:
        words.append("in fills" if step.when is When.FILL else "outside fills")
    return words + _changes(step.overrides)


def _changes(own: Overrides) -> list[str]:
    words = []
    if own.pitch_semitones is not None:
        words.append(f"pitch {own.pitch_semitones:+g}")
    if own.decay_s is not None:
        words.append(f"decay {own.decay_s:.3g} s")
    if own.cutoff_hz is not None:
        words.append(f"filter {own.cutoff_hz:.0f} Hz")
    if own.one_shot is not None:
        words.append(f"as {own.one_shot}")
    return words


class NoticeLine(Widget):
    """The newest word to the musician; an urgent one stays lit."""

    text: reactive[str] = reactive("")
    urgent: reactive[bool] = reactive(False)

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="notice")
        self.glyphs = glyphs

    def render(self) -> Text:
        """The words, behind a warning mark where urgent."""
        mark = self.glyphs.warning if self.urgent else " "
        return Text(f" {mark} {self.text}" if self.text else "", no_wrap=True, overflow="ellipsis")

    def watch_urgent(self, urgent: bool) -> None:
        """Light up or go quiet."""
        self.set_class(urgent, "-urgent")


class KeyBar(Widget):
    """The keys that matter now: the footer's actions of the keymap, or what a leader key waits for."""

    lead: reactive[str] = reactive("")

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--label", "keys--lead"}

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(id="keys")
        self.glyphs = glyphs
        self.leads = LEADS | {"range": _range_words(keymap, glyphs)}
        actions = [action for action in keymap if action.label and action.keys]
        self.items = [(action.id, action.range_label or key_label(action.keys[0], glyphs), action.label)
                      for action in actions]

    def render(self) -> Text:
        """`space play  r rec ...`, as many as fit; the last two always do."""
        key, label, lead = looks(self, "keys--key", "keys--label", "keys--lead")
        if self.lead:
            return Text(" " + self.leads[self.lead], lead, no_wrap=True, overflow="ellipsis")
        text = Text(" ", no_wrap=True)
        for _, name, words in self.shown():
            text.append(name, key).append(f" {words}  ", label)
        return text

    def shown(self) -> list[tuple[str, str, str]]:
        """The items for which there is room."""
        room = self.size.width - 1
        last = self.items[-2:]
        room -= sum(_columns(item) for item in last)
        shown = []
        for item in self.items[:-2]:
            if room >= _columns(item):
                room -= _columns(item)
                shown.append(item)
        return shown + last

    def on_click(self, event: Click) -> None:
        """Ask for the action under the pointer."""
        column = 1
        for item in self.shown() if not self.lead else []:
            if column <= event.x < column + _columns(item):
                self.post_message(Pressed(item[0]))
            column += _columns(item)


def _range_words(keymap: Keymap, glyphs: Glyphs) -> str:
    """What can be done with steps that are marked, by the keys in force."""
    keys = {action.id: key_label(action.keys[0], glyphs) for action in keymap if action.keys}

    def named(*ids: str) -> str:
        return " ".join(keys[id_] for id_ in ids if id_ in keys)

    words = [f"{named(id_)} {id_}" for id_ in ("copy", "cut", "paste", "clear")]
    layers = named("velocity", "timing", "chance", "condition", "ratchet", "change")
    return f"RANGE  arrows, {', '.join(words)}, {named('move-earlier', 'move-later')} move, {layers}, Esc"


def _columns(item: tuple[str, str, str]) -> int:
    return len(item[1]) + len(item[2]) + 3
