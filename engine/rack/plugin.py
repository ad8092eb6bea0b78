"""The plugin contract of effects racks: what a rack is given, what it must provide, how it is found.

A rack is a pyo64 graph of its own. A third party adds one by installing a package with an entry point in the
group `tao.effects`: a class like `TaoRack`, which is built in. `--effects NAME` chooses.
"""

from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Protocol

from engine.core.errors import UsageError
from engine.rack.tao_rack import TaoRack

GROUP, BYPASS = "tao.effects", "bypass"


@dataclass(frozen=True, slots=True)
class Signals:
    """What a rack gets: pyo objects at audio rate, never NaN.

    left, right: the mix, full scale 1.0, never beyond 64. The controls move without jumps: the filter's cutoff_hz,
    high (0 low-pass, 1 high-pass) and filtered (0 bypasses the filter, 1 is all filter); echo_send 0..1 and echo_s,
    the time between echoes, which follows the tempo; crushed (0 or 1, likewise), bits 4..16 and rate (share of the
    sample rate, 1/32..1); room_send 0..1. echo_gain and room_gain are 1 except after a panic: then they are 0 until
    everything older has died away. Multiply both an effect's output and its feedback by them.
    """

    left: Any
    right: Any
    cutoff_hz: Any
    high: Any
    filtered: Any
    echo_send: Any
    echo_s: Any
    crushed: Any
    bits: Any
    rate: Any
    room_send: Any
    echo_gain: Any
    room_gain: Any


class Rack(Protocol):
    """A class that builds its graph when it is called with the module pyo64, its signals and the sample rate in Hz,
    and keeps it alive. `left` and `right` are its outputs, as pyo objects; gain and limiter follow. While every send
    and mix is 0 it must pass the mix through. After `tail_s` seconds of that nothing rings any more and Tao may skip
    the rack (None: never).
    """

    name: str
    tail_s: float | None
    left: Any
    right: Any

    def __init__(self, pyo: Any, signals: Signals, sample_rate: int) -> None: ...


def rack_names() -> tuple[str, ...]:
    """The values of `--effects`: Tao's own rack, bypass, and what is installed."""
    return TaoRack.name, BYPASS, *sorted({point.name for point in entry_points(group=GROUP)} - {TaoRack.name, BYPASS})


def check_rack(name: str) -> None:
    """Raise UsageError unless `--effects` has this value."""
    if name not in rack_names():
        raise _unknown(name)


def rack_called(name: str) -> type[Rack]:
    """The rack with that name. Raises UsageError when there is none."""
    if name == TaoRack.name:
        return TaoRack
    for point in entry_points(group=GROUP, name=name):
        found: type[Rack] = point.load()
        return found
    raise _unknown(name)


def _unknown(name: str) -> UsageError:
    return UsageError(f"No effects rack is called {name!r}. Installed: {', '.join(rack_names())}.")
