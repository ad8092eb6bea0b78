"""A reporter for tests, which may end a run."""

from models.training.train.reporting import Silent


class Stopped(Exception):
    """Raised to end a run."""


class Listener(Silent):
    """Keeps the lines; raises Stopped at the first that begins with `until`."""

    def __init__(self, until: str | None = None) -> None:
        self.lines: list[str] = []
        self._until = until

    def line(self, text: str) -> None:
        self.lines.append(text)
        if self._until is not None and text.startswith(self._until):
            raise Stopped
