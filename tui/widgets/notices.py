"""The banner and the message area: sentences to the musician."""

from textwrap import wrap

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.messages import Message

MOST_ROWS = 3


def rows_of_notice(text: str, columns: int) -> int:
    """How many rows a sentence takes, at most MOST_ROWS."""
    return min(MOST_ROWS, max(1, len(wrap(text, max(1, columns - 4)))))


class Banner(Widget):
    """What stays true until you do something about it, such as playing without a device. Hidden while empty."""

    text: reactive[str] = reactive("", layout=True)

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="banner")
        self.glyphs = glyphs

    def render(self) -> Text:
        """The sentence behind a warning mark."""
        return Text(f" {self.glyphs.warning} {self.text}")

    def watch_text(self, text: str) -> None:
        """Hide while there is nothing to say."""
        self.display = bool(text)


class NoticeLine(Widget):
    """The message area: what has just happened, or else the newest warning that you have not read; wrapped, up to three
    rows. `waiting`: warnings beside the one that is shown."""

    text: reactive[str] = reactive("")
    urgent: reactive[bool] = reactive(False)
    count: reactive[int] = reactive(1)
    waiting: reactive[int] = reactive(0)

    def __init__(self, glyphs: Glyphs, history_key: str) -> None:
        super().__init__(id="notice")
        self.glyphs, self.history_key = glyphs, history_key

    def show(self, message: Message | None, unread: int) -> None:
        """Show a message; `unread`: how many warnings there are."""
        self.text, self.urgent = ("", False) if message is None else (message.text, message.urgent)
        self.count = 1 if message is None else message.count
        self.waiting = unread - self.urgent

    @property
    def sentence(self) -> str:
        """The text, how often it came, and how many warnings wait."""
        if not self.text:
            return ""
        often = f"  ({self.count} times)" if self.urgent and self.count > 1 else ""
        more = f"  {self.glyphs.warning} {self.waiting} more: {self.history_key}" if self.waiting else ""
        return self.text + often + more

    def render(self) -> Text:
        """The sentence behind a warning mark if it is urgent, wrapped."""
        mark = self.glyphs.warning if self.urgent else " "
        rows = wrap(self.sentence, max(8, self.size.width - 4))
        if len(rows) > MOST_ROWS:  # the history has the rest
            end = f"{self.glyphs.cut} {self.history_key}"
            rows = [*rows[: MOST_ROWS - 1], rows[MOST_ROWS - 1][: max(1, self.size.width - 5 - len(end))] + end]
        return Text(f" {mark} " + "\n   ".join(rows), no_wrap=True)

    def watch_urgent(self, urgent: bool) -> None:
        """Light up or go quiet."""
        self.set_class(urgent, "-urgent")
