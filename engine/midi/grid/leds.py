"""What a grid controller's lights show now: what differs is sent, no faster than MIDI can take it.

Besides, one light after the other is sent again, slowly: a message may be lost, and a controller may have shown a menu
of its own.
"""

from collections.abc import Mapping

from engine.midi.grid.note_map import Control

MOST_PER_S = 400.0  # a MIDI cable carries about a thousand; the rest is for others on it
BURST = 32
AGAIN_S = 0.05


class Leds:
    """channel 1..16. What had to wait is sent with a later call, in turn, so that no light waits for ever: what counts
    is how the lights should look now, not how they should have looked."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._shown: dict[Control, int] = {}
        self._allowed, self._at_s = float(BURST), 0.0
        self._turn: tuple[Control, ...] = ()
        self._again_s = 0.0

    def messages(self, wanted: Mapping[Control, int], now_s: float) -> list[bytes]:
        """The messages to send now so that the lights look as wanted; now_s: seconds on a steady clock."""
        self._allowed = min(float(BURST), self._allowed + MOST_PER_S * max(0.0, now_s - self._at_s))
        self._at_s = now_s
        late = [control for control in self._turn if wanted.get(control) is not None]
        order = dict.fromkeys((*late, *wanted))
        differing = [control for control in order if self._shown.get(control) != wanted[control]]
        sent = differing[: int(self._allowed)]
        self._turn = tuple(differing[len(sent) :])
        if not differing and self._shown and self._allowed >= 1.0 and now_s - self._again_s >= AGAIN_S:
            self._again_s = now_s
            sent = [next(control for control in self._shown if control in wanted)]
        self._allowed -= len(sent)
        for control in sent:
            self._shown.pop(control, None)  # the first of them is the one that was sent longest ago
            self._shown[control] = wanted[control]
        return [bytes((control.kind | self._channel - 1, control.number, wanted[control])) for control in sent]

    def dark(self) -> list[bytes]:
        """The messages that put out every light that is on."""
        lit = [control for control, colour in self._shown.items() if colour]
        self._shown = {}
        return [bytes((control.kind | self._channel - 1, control.number, 0)) for control in lit]
