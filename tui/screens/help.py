"""The help screen: every key on one page, made from the keymap."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.keymap import Group, Keymap, key_label
from tui.widgets.styles import part_styles


class KeyGroup(Widget):
    """A group's name over its keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"group--name", "group--key", "group--help"}

    def __init__(self, group: Group, glyphs: Glyphs) -> None:
        super().__init__()
        self.group, self.glyphs = group, glyphs

    def render(self) -> Text:
        """One line per action; the eight pads share one."""
        name, key, words = part_styles(self, "group--name", "group--key", "group--help")
        text = Text().append(f"{self.group.name}\n", name)
        for keys, label in _lines(self.group, self.glyphs):
            text.append(f"  {keys:<14}", key).append(f"{label}\n", words)
        return text


def _lines(group: Group, glyphs: Glyphs) -> list[tuple[str, str]]:
    lines = []
    for action in group.actions:
        number = action.id.removeprefix("track-")
        if action.range_label:
            lines.append((action.range_label, "trigger that track's one-shot"))
        elif number == action.id:
            keys = " ".join(key_label(key, glyphs) for key in action.keys)
            lines.append((keys or "(palette)", action.help))
    return lines


class HelpScreen(ModalScreen[None]):
    """The arrows scroll; Esc, a click and a few other keys close it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,f1,enter,space", "dismiss", "close")]

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__()
        self.keymap, self.glyphs = keymap, glyphs

    def compose(self) -> ComposeResult:
        """The groups, one below the other."""
        with VerticalScroll(id="keys-page") as page:
            page.border_title = "Keys"
            page.border_subtitle = "Esc closes"
            for group in self.keymap.groups + self.keymap.local:
                yield KeyGroup(group, self.glyphs)

    def on_click(self) -> None:
        """A click closes it too."""
        self.dismiss()
