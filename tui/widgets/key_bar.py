"""The key bar at the bottom: which keys do what, now."""

from typing import ClassVar

from rich.text import Text
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.keymap import Keymap, key_label
from tui.widgets.readout import ActionRequested
from tui.widgets.styles import part_styles


class KeyBar(Widget):
    """The keys that matter now: the keymap's footer, or what a leader key waits for. prompts: what to say then; value:
    what is set now."""

    leader: reactive[str] = reactive("")
    value: reactive[str] = reactive("")

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--label", "keys--prompt"}

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(id="keys")
        self.glyphs = glyphs
        self.prompts = {"range": _range_prompt(keymap, glyphs)}
        actions = [action for action in keymap if action.label and action.keys]
        self.items = [(action.id, action.range_label or key_label(action.keys[0], glyphs), action.label)
                      for action in actions]

    def render(self) -> Text:
        """`space play  r rec ...`, as many as fit; the last two always do."""
        key, label, prompt = part_styles(self, "keys--key", "keys--label", "keys--prompt")
        if self.leader:
            title, _, keys_words = self.prompts[self.leader].partition("  ")
            now = f" {self.value}" if self.value else ""
            return Text.assemble((f" {title}{now}  ", prompt), (keys_words, label), no_wrap=True, overflow="ellipsis")
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
        """Request the action under the pointer."""
        column = 1
        for item in self.shown() if not self.leader else []:
            if column <= event.x < column + _columns(item):
                self.post_message(ActionRequested(item[0]))
            column += _columns(item)


def _range_prompt(keymap: Keymap, glyphs: Glyphs) -> str:
    """What the keys in force do to marked steps."""
    keys = {action.id: key_label(action.keys[0], glyphs) for action in keymap if action.keys}

    def named(*ids: str) -> str:
        return " ".join(keys[id_] for id_ in ids if id_ in keys)

    edits = [f"{named(id_)} {id_}" for id_ in ("copy", "cut", "paste", "clear")]
    layers = named("velocity", "timing", "probability", "condition", "ratchet", "change")
    return f"RANGE  arrows, {', '.join(edits)}, {named('move-earlier', 'move-later')} move, {layers}, Esc"


def _columns(item: tuple[str, str, str]) -> int:
    return len(item[1]) + len(item[2]) + 3
