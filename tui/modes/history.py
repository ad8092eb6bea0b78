"""Keys that undo and redo."""

from tui.modes.mode import Actions, Mode


class HistoryMode(Mode):
    """The history itself is the engine's. What was pending may have been undone, so it is no longer expected."""

    def actions(self) -> Actions:
        """Both directions."""
        return {"undo": self.undo, "redo": self.redo}

    def undo(self) -> None:
        """Undo the last change."""
        self.panel.pending_edits.forget()
        self.requests.attempt(self.requests.engine.undo)

    def redo(self) -> None:
        """Redo the change that was undone."""
        self.panel.pending_edits.forget()
        self.requests.attempt(self.requests.engine.redo)
