"""The seam for effects racks: what a rack is given and must answer, and who may bring one.

A rack is a pyo64 graph of its own. A third party adds one by installing a package with an entry point in the
group `tao.effects`: a class like `TaoRack`, which is Tao's own and needs no installing. `--effects NAME` chooses.
"""

from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Protocol

from engine.core.errors import UsageError
from engine.rack.tao_rack import TaoRack

GROUP, BYPASS = "tao.effects", "bypass"


@dataclass(frozen=True, slots=True)
class Signals:
    """What a rack hears and follows: pyo objects at audio rate, never NaN.

    left, right: the mix, full scale 1.0, never beyond 64. The rest moves without jumps: the filter's cutoff_hz,
    high (0 low-pass, 1 high-pass) and filtered (0 out of the path, 1 in it); echo_send 0..1 and echo_s, the time
    between echoes, which follows the tempo; crushed (0 out, 1 in), bits 4..16 and rate (share of the sample
    rate, 1/32..1); room_send 0..1. echo_heard and room_heard are 1, and after a panic 0 until what an echo of echo_s
    would bring, or a room, is younger than that: so much is to be heard of them, and to go round in them.
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
    echo_heard: Any
    room_heard: Any


class Rack(Protocol):
    """A class that builds its graph when it is called with the module pyo64, its signals and the sample rate in Hz,
    and keeps it alive. `left` and `right` are the pyo objects that it puts out; gain and limiter come after it.
    While every send and mix is 0 it must pass the mix through, and `tail_s` seconds later nothing rings any more:
    then it may be left out (None: never).
    """

    name: str
    tail_s: float | None
    left: Any
    right: Any

    def __init__(self, pyo: Any, signals: Signals, sample_rate: int) -> None: ...


def rack_names() -> tuple[str, ...]:
    """What `--effects` understands: Tao's own rack, none, and what is installed."""
    return TaoRack.name, BYPASS, *sorted({point.name for point in entry_points(group=GROUP)} - {TaoRack.name, BYPASS})


def rack_called(name: str) -> type[Rack]:
    """The rack of that name. Raises UsageError when there is none."""
    if name == TaoRack.name:
        return TaoRack
    for point in entry_points(group=GROUP, name=name):
        found: type[Rack] = point.load()
        return found
    raise UsageError(f"No effects rack is called {name!r}. Installed: {', '.join(rack_names())}.")
