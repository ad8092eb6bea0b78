"""Tao's own effects rack: fewer bits, a filter, echoes in time, a room."""

from typing import Any

FEEDBACK = 0.5
SIZE = 0.7
LONGEST_ECHO_S = 2.1  # a quarter at the slowest tempo


class TaoRack:
    """Crush, then filter, then sends to echo and room; echoes are sent to the room as well.

    pyo: the module pyo64; signals: see `plugin.Signals`; sample_rate in Hz. Mixes and sends of 0 pass the mix
    through bit for bit. echo_gain and room_gain scale the feedback too, so what they silence is soon gone.
    """

    name = "pyo"
    tail_s: float | None = 60.0  # 28 of the longest echoes, each half as loud as the one before

    def __init__(self, pyo: Any, signals: Any, sample_rate: int) -> None:
        s = signals
        cutoff_hz = pyo.Clip(s.cutoff_hz, 20.0, 0.45 * sample_rate)
        echo_s = pyo.Clip(s.echo_s, 0.001, LONGEST_ECHO_S)
        feedback, size = FEEDBACK * s.echo_gain, SIZE * s.room_gain
        self._keep: list[Any] = [s, cutoff_hz, echo_s, feedback, size]
        outs = []
        for dry in (s.left, s.right):
            crushed = pyo.Degrade(dry, bitdepth=s.bits, srscale=s.rate)
            rough = pyo.Interp(dry, crushed, s.crushed)
            low, high = (pyo.Biquadx(rough, freq=cutoff_hz, q=0.7, type=kind, stages=2) for kind in (0, 1))
            swept = pyo.Interp(low, high, s.high)
            filtered = pyo.Interp(rough, swept, s.filtered)
            echo = pyo.Delay(filtered * s.echo_send, delay=echo_s, feedback=feedback, maxdelay=LONGEST_ECHO_S)
            both = filtered + echo * s.echo_gain
            room = pyo.Freeverb(both * s.room_send, size=size, damp=0.5, bal=1.0)
            outs.append(both + room * s.room_gain)
            self._keep += [crushed, rough, low, high, swept, filtered, echo, both, room]
        self.left, self.right = outs
