"""The help screen: every key on one page, by subject, in as many columns as there is room for; made from the keymap."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.keymap import Action, Group, Keymap, key_label
from tui.titles import title_of
from tui.widgets.styles import part_styles

NARROWEST = 25  # columns for a key and a title
IN_FULL = 60  # columns for a key and its help
KEY_COLUMNS = 9
Block = list[tuple[str, str]]  # a heading ("", name), then (keys, words)


class KeysPage(Widget):
    """The groups, side by side. Titles where columns are narrow; the help in full on a single wide column."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"group--name", "group--key", "group--help"}

    def __init__(self, groups: tuple[Group, ...], glyphs: Glyphs) -> None:
        super().__init__(id="keys-text")
        self.groups, self.glyphs = groups, glyphs

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the highest column."""
        return max(len(column) for column in self._columns(width))

    def render(self) -> Text:
        """Row by row."""
        name, key, words = part_styles(self, "group--name", "group--key", "group--help")
        columns = self._columns(self.size.width)
        width = self.size.width // len(columns)
        text = Text(no_wrap=True)
        for row in range(max(len(column) for column in columns)):
            for column in columns:
                keys, said = column[row] if row < len(column) else ("", "")
                if not keys:
                    text.append(said[: width - 1].ljust(width), name)
                else:
                    text.append(f"{keys:<{KEY_COLUMNS}}"[: width - 1], key)
                    text.append(said[: width - KEY_COLUMNS - 1].ljust(width - KEY_COLUMNS), words)
            text.append("\n")
        return text

    def _columns(self, width: int) -> list[Block]:
        count = max(1, width // NARROWEST)
        blocks = [self._block(group, width // count) for group in self.groups]
        rows = -(-sum(len(block) for block in blocks) // count)
        while len(columns := _filled(blocks, rows)) > count:
            rows += 1
        return columns

    def _block(self, group: Group, width: int) -> Block:
        lines: Block = [("", group.name)]
        for action in group.actions:
            number = action.id.removeprefix("track-")
            if action.range_label:
                lines.append((action.range_label, "Hit that track" if width < IN_FULL else "trigger that track"))
            elif number == action.id:
                lines.append((self._keys(action) or self.glyphs.todo,
                              title_of(action) if width < IN_FULL else action.help))
        return [*lines, ("", "")]

    def _keys(self, action: Action) -> str:
        """As many of its keys as fit."""
        keys = [key_label(key, self.glyphs) for key in action.keys]
        while len(keys) > 1 and len(" ".join(keys)) >= KEY_COLUMNS:
            keys.pop()
        return " ".join(keys).replace("shift+", "sh+")


def _filled(blocks: list[Block], rows: int) -> list[Block]:
    """The blocks in columns of at most `rows` lines, unless one block alone is longer."""
    columns: list[Block] = [[]]
    for block in blocks:
        if columns[-1] and len(columns[-1]) + len(block) - 1 > rows:  # the blank line at the end may hang over
            columns.append([])
        columns[-1] = columns[-1] + block
    return columns


class HelpScreen(ModalScreen[None]):
    """The arrows scroll; Esc, a click and a few other keys close it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,enter", "dismiss", "close")]

    def __init__(self, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__("help")
        self.keymap, self.glyphs = keymap, glyphs

    def compose(self) -> ComposeResult:
        """All groups on one page."""
        palette = self.keymap.key_of("palette", self.glyphs)
        with VerticalScroll(id="keys-page") as page:
            page.border_title = f"Keys   {self.glyphs.todo} only in the palette, which explains all of them: {palette}"
            page.border_subtitle = "Esc closes"
            yield KeysPage(self.keymap.groups + self.keymap.local, self.glyphs)

    def on_click(self) -> None:
        """A click closes it too."""
        self.dismiss()
