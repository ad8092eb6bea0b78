"""What this face asked for and the bar line has yet to bring: a lamp shows it, the same key takes it back."""

from engine.core.machine import Machine


class Waiting:
    """Mutes and solos asked for, until the machine shows them or a bar and a second have gone by."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, str], tuple[bool, float]] = {}

    def toggle(self, kind: str, track: str, machine: Machine, now_s: float) -> bool:
        """The opposite of what is, or of what waits: what is now wanted. kind: mute or solo."""
        current = track in (machine.mutes if kind == "mute" else machine.solos)
        wanted = not self._wanted.get((kind, track), (current, 0.0))[0]
        bar_s = machine.pattern.beats_per_bar * 60.0 / machine.timeline.bpm
        self._wanted[kind, track] = (wanted, now_s + bar_s + 1.0)
        return wanted

    def still(self, machine: Machine, now_s: float) -> frozenset[tuple[str, str]]:
        """(kind, track) of all that has not come yet."""
        names = {"mute": machine.mutes, "solo": machine.solos}
        self._wanted = {asked: (wanted, until_s) for asked, (wanted, until_s) in self._wanted.items()
                        if (asked[1] in names[asked[0]]) != wanted and now_s < until_s}
        return frozenset(self._wanted)
