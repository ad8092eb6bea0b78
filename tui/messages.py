"""What Tao has told you: what is said now, and all that was said before, each sentence once."""

from collections import deque
from dataclasses import dataclass, replace

SHOWN_S = 6.0
AGAIN_S = 60.0  # a warning that comes more often is only counted
KEPT = 200


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence. urgent: a warning, which stays until it is read; at_s: when it came last; count: how often it has;
    until_s: how long it is shown; read: whether you have seen it in the history, or put it away."""

    text: str
    urgent: bool = False
    at_s: float = 0.0
    count: int = 1
    until_s: float = 0.0
    read: bool = False


class Messages:
    """Events answer what you do, so they are shown before warnings, which wait. Times are those of one clock."""

    def __init__(self) -> None:
        self._all: deque[Message] = deque(maxlen=KEPT)

    def add(self, text: str, urgent: bool, now_s: float, for_s: float = SHOWN_S) -> None:
        """Note a sentence. One that is known already is counted; as a warning it stays away for a while."""
        known = next((message for message in self._all if (message.text, message.urgent) == (text, urgent)), None)
        if known is None:
            self._all.append(Message(text, urgent, now_s, until_s=now_s + for_s))
            return
        self._all.remove(known)
        away = urgent and known.read and now_s - known.at_s < AGAIN_S
        self._all.append(replace(known, at_s=now_s, count=known.count + 1, until_s=now_s + for_s, read=away))

    def shown(self, now_s: float) -> Message | None:
        """The newest event for as long as it lasts, then the newest warning that you have not read."""
        events = [message for message in self._all if not message.urgent and now_s <= message.until_s
                  and not message.read]
        return max(reversed(events), key=lambda event: event.at_s, default=next(iter(reversed(self.unread)), None))

    @property
    def unread(self) -> list[Message]:
        """The warnings that you have not read, oldest first."""
        return [message for message in self._all if message.urgent and not message.read]

    @property
    def history(self) -> list[Message]:
        """All, newest first."""
        return list(reversed(self._all))

    def read(self) -> None:
        """Put away what is shown."""
        self._all = deque((replace(message, read=True) for message in self._all), KEPT)
