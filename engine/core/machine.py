"""Machine: everything that is loaded and playing, as one value. `apply` turns it and a command into the next one."""

from dataclasses import dataclass, field, replace
from enum import Enum

from engine.core.crossbreeding.parents import Cross
from engine.core.effects import Effects
from engine.core.errors import InvalidValue
from engine.core.kit import Kit, OneShot
from engine.core.loop import PlayedLoop
from engine.core.midi import Midi
from engine.core.names import check_name
from engine.core.pattern import TRACK_NAMES, Pattern, Track
from engine.core.timeline import Ticks, Timeline, check_time

PATTERN_SLOTS = 16
MAX_CHAIN = 64
MAX_NAMES = 256  # of muted, soloed or locked tracks: of all patterns, and of some that are gone
MAX_SEED = (1 << 63) - 1
FOR_EVER = Ticks(1 << 60)


class Listen(Enum):
    """What you hear: the recording, the kit and the residual, or the kit alone."""

    ORIGINAL = "original"
    KIT_AND_RESIDUAL = "kit+residual"
    KIT = "kit"


class MuteStyle(Enum):
    """What a mute does to sounding voices: lets them ring out, or cuts them."""

    RINGS = "rings"
    GATES = "gates"


@dataclass(frozen=True, slots=True)
class Machine:
    """A complete, playable state. The song's tick 0 is the first beat of bar 1; `timeline` says when it sounds.

    phase_ticks: the song tick on which the pattern's first pass begins, always a bar line; loop_ticks: the one on which
    the loop's first bar begins. So a loop recorded from bar 4 on starts over where it ended, whatever its length, and
    stays in place when another pattern begins. slot: the slot whose pattern is `pattern`; stored_patterns: the patterns
    of all other slots, None where a slot is empty, and at `slot` itself. chain: slots that play one after the other,
    one pass each. fill_until_ticks: the song tick on which the fill ends. locks: tracks that keep their one-shot.
    audition: a sound outside the kit, triggered by itself. resting_ticks: where the song was stopped. cross: the two
    loops to breed from.
    """

    timeline: Timeline
    pattern: Pattern
    kit: Kit
    playing: bool = False
    loop: PlayedLoop | None = None
    listen: Listen = Listen.KIT
    mutes: frozenset[str] = frozenset()
    solos: frozenset[str] = frozenset()
    effects: Effects = field(default_factory=Effects)
    seed: int = 1
    phase_ticks: Ticks = Ticks(0)
    loop_ticks: Ticks = Ticks(0)
    stored_patterns: tuple[Pattern | None, ...] = (None,) * PATTERN_SLOTS
    slot: int = 0
    chain: tuple[int, ...] = ()
    chain_place: int = 0
    fill_until_ticks: Ticks = Ticks(0)
    mute_style: MuteStyle = MuteStyle.RINGS
    locks: frozenset[str] = frozenset()
    audition: OneShot | None = None
    resting_ticks: Ticks = Ticks(0)
    midi: Midi = field(default_factory=Midi)
    cross: Cross = field(default_factory=Cross)

    def __post_init__(self) -> None:
        if not 0 <= self.slot < PATTERN_SLOTS or len(self.stored_patterns) != PATTERN_SLOTS:
            raise InvalidValue(f"A machine has {PATTERN_SLOTS} pattern slots, one of which plays; slot {self.slot + 1} "
                               f"of {len(self.stored_patterns)} was given.")
        if (len(self.chain) > MAX_CHAIN or not all(0 <= slot < PATTERN_SLOTS for slot in self.chain)
                or not 0 <= self.chain_place <= max(0, len(self.chain) - 1)):
            raise InvalidValue(f"A chain has up to {MAX_CHAIN} of the slots 1 to {PATTERN_SLOTS}, and plays one of "
                               "them.")
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidValue(f"A seed is a whole number from 0 to {MAX_SEED}; {self.seed} was given.")
        for ticks in (self.phase_ticks, self.loop_ticks, self.resting_ticks):
            check_time(ticks)
        if self.fill_until_ticks != FOR_EVER:
            check_time(self.fill_until_ticks)
        for names in (self.mutes, self.solos, self.locks):
            _check_names(names)

    @property
    def steady_bpm(self) -> float:
        """The tempo without the small corrections that keep the song in phase with an outside clock."""
        return self.timeline.bpm if self.midi.leader_bpm is None else self.midi.leader_bpm

    @property
    def patterns(self) -> tuple[Pattern | None, ...]:
        """The pattern of every slot."""
        return (*self.stored_patterns[: self.slot], self.pattern, *self.stored_patterns[self.slot + 1 :])

    def audible(self, name: str) -> bool:
        """Whether the track sounds: soloed if any track is, and not muted."""
        return name not in self.mutes and (not self.solos or name in self.solos)

    def with_pattern(self, pattern: Pattern) -> "Machine":
        """The same machine playing `pattern`; mutes and solos of tracks it lacks are dropped."""
        names = {track.name for track in pattern.tracks}
        return replace(self, pattern=pattern, mutes=self.mutes & names, solos=self.solos & names)

    def with_patterns(self, patterns: tuple[Pattern | None, ...]) -> "Machine":
        """The same machine with these patterns in its slots; the same slot plays on."""
        playing = patterns[self.slot] or self.pattern.silent
        stored = (*patterns[: self.slot], None, *patterns[self.slot + 1 :])
        return replace(self, stored_patterns=stored).with_pattern(playing)

    def with_slot(self, slot: int, phase_ticks: Ticks) -> "Machine":
        """The same machine playing another slot, begun on `phase_ticks`; an empty slot gets a silent pattern.

        Raises InvalidValue when there is no such slot."""
        if not 0 <= slot < PATTERN_SLOTS:
            raise InvalidValue(f"There are pattern slots 1 to {PATTERN_SLOTS}; slot {slot + 1} was asked for.")
        patterns = self.patterns
        stored = (*patterns[:slot], None, *patterns[slot + 1 :])
        machine = replace(self, stored_patterns=stored, slot=slot, phase_ticks=phase_ticks)
        return machine.with_pattern(patterns[slot] or self.pattern.silent)


def _check_names(names: frozenset[str]) -> None:
    if len(names) > MAX_NAMES:
        raise InvalidValue(f"At most {MAX_NAMES} tracks are muted, soloed or locked; {len(names)} were given.")
    for name in names:
        check_name(name, "A track")


def empty_machine(sample_rate: int, bpm: float = 120.0, beats: int = 4) -> Machine:
    """Six silent tracks and no kit: the state before the first loop."""
    tracks = tuple(Track(name, (None,) * (4 * beats)) for name in TRACK_NAMES)
    return Machine(Timeline(bpm, sample_rate), Pattern(tracks, beats), Kit("empty"))
