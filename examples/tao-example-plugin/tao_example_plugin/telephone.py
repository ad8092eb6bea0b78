"""An effects rack in which the filter is a telephone: a narrow band around the cutoff."""

from typing import Any


class Telephone:
    """The filter effect as a band-pass. Crush, echo and reverb do nothing in this rack."""

    name = "telephone"
    tail_s = 1.0  # a band-pass rings for much less

    def __init__(self, pyo: Any, signals: Any, sample_rate: int) -> None:
        cutoff_hz = pyo.Clip(signals.cutoff_hz, 20.0, 0.45 * sample_rate)
        self._keep: list[Any] = [signals, cutoff_hz]  # pyo drops objects that nobody refers to
        outs = []
        for dry in (signals.left, signals.right):
            band = pyo.Biquadx(dry, freq=cutoff_hz, q=2.0, type=2, stages=2)
            outs.append(pyo.Interp(dry, band, signals.filtered))
            self._keep.append(band)
        self.left, self.right = outs
