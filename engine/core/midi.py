"""MIDI as the machine knows it: clock source, clock outputs, routes, notes that trigger tracks, and what is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from engine.core.effects import RANGES, Effect
from engine.core.errors import InvalidValue
from engine.core.names import check_name
from engine.core.timeline import MAX_BPM, MIN_BPM

MIDI_INPUTS, MIDI_OUTPUTS = 2, 4
CLOCKS_PER_BEAT = 24
MAX_ROUTES = 256
MAX_CONTROLS = 1024
MAX_OFFSET_MS = 100.0
# General MIDI level 2 percussion, by Tao's tracks
GM_PADS: Mapping[int, str] = {
    **dict.fromkeys((35, 36), "kick"), **dict.fromkeys((37, 38, 39, 40), "snare"),
    **dict.fromkeys((41, 43, 45, 47, 48, 50), "tom"), **dict.fromkeys((42, 44, 46), "hihat"),
    **dict.fromkeys((51, 53, 59), "ride"), **dict.fromkeys((49, 52, 55, 57), "crash")}
# what a controller can learn: knobs set a value, switches act when pressed, `hold EFFECT` lasts while pressed
SHAPED = {effect.value: effect for effect, allowed in RANGES.items() if allowed.low < allowed.high}
HELD = {f"hold {effect.value}": effect for effect in Effect}
MORPHS: Mapping[str, tuple[str, ...]] = {  # what each moves from loop A to loop B
    "morph": ("kit", "pattern", "groove"), "morph kit": ("kit",), "morph pattern": ("pattern",),
    "morph groove": ("groove",)}
KNOBS = ("tempo", "swing", "gain", *SHAPED, *MORPHS)
SWITCHES = ("play", "record", *HELD)
CONTROLS = KNOBS + SWITCHES
PAD = "pad "  # and a track: triggered by a note
GRID_AUTO, GRID_OFF = "auto", "off"
NOTE = "n"  # and its number: a note used as a switch; a controller is its number alone


class ClockSource(Enum):
    """Whose tempo the song has. Auto follows a MIDI clock while one comes in, else Tao's own clock.

    Ableton Link is joined only on request, because it is on the network and everybody's tempo. An engine started with
    `link` lets auto join it too: then a session with others in it is preferred to Tao's own clock.

    Auto never follows JACK's transport. A MIDI clock comes by a connection that you made; the transport reaches every
    program on the server, so Play in any of them would start Tao, and Play in Tao would start all of them.
    """

    INTERNAL = "internal"
    MIDI = "midi"
    LINK = "link"
    JACK = "jack"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class ClockOut:
    """What one output sends: 24 clocks a quarter note, Start, Stop, Continue and Song Position, `offset_ms` (-100..100)
    after they sound; runs_stopped: clocks while the song is stopped, too."""

    on: bool = False
    offset_ms: float = 0.0
    runs_stopped: bool = False

    def __post_init__(self) -> None:
        if not -MAX_OFFSET_MS <= self.offset_ms <= MAX_OFFSET_MS:
            raise InvalidValue(f"A clock is sent at most {MAX_OFFSET_MS:g} ms early or late; {self.offset_ms:g} ms "
                               "were asked for.")


@dataclass(frozen=True, slots=True)
class Route:
    """The note that a track plays on another instrument. output 1..4, channel 1..16, note 0..127; sounds: whether its
    own one-shot sounds as well."""

    output: int
    channel: int = 10
    note: int = 36
    sounds: bool = True

    def __post_init__(self) -> None:
        check_output(self.output)
        if not 1 <= self.channel <= 16:
            raise InvalidValue(f"MIDI has channels 1 to 16; {self.channel} was asked for.")
        check_note(self.note)


@dataclass(frozen=True, slots=True)
class Midi:
    """All of it. pads: the track that each note triggers; song_position: whether each input's is obeyed; leader_bpm:
    the smoothed tempo of the clock that is followed, for whatever must not get its small corrections; leads_transport:
    whether JACK's transport goes by Tao's tempo and bars, and starts and stops with Tao."""

    source: ClockSource = ClockSource.AUTO
    clocks: tuple[ClockOut, ...] = (ClockOut(),) * MIDI_OUTPUTS
    routes: Mapping[str, Route] = field(default_factory=dict)
    pads: Mapping[int, str] = field(default_factory=lambda: dict(GM_PADS))
    song_position: tuple[bool, ...] = (True,) * MIDI_INPUTS
    leader_bpm: float | None = None
    leads_transport: bool = False

    def __post_init__(self) -> None:
        if len(self.clocks) != MIDI_OUTPUTS or len(self.song_position) != MIDI_INPUTS:
            raise InvalidValue(f"MIDI has {MIDI_OUTPUTS} outputs and {MIDI_INPUTS} inputs here; "
                               f"{len(self.clocks)} and {len(self.song_position)} were given.")
        if len(self.routes) > MAX_ROUTES:
            raise InvalidValue(f"At most {MAX_ROUTES} tracks play other instruments; {len(self.routes)} were given.")
        if self.leader_bpm is not None and not MIN_BPM <= self.leader_bpm <= MAX_BPM:
            raise InvalidValue(f"Tao follows tempos from {MIN_BPM:g} to {MAX_BPM:g} BPM, not {self.leader_bpm:g}.")
        for note in self.pads:
            check_note(note)
        for name in (*self.pads.values(), *self.routes):
            check_name(name, "A track")

    @property
    def follows_transport(self) -> bool:
        """Whether incoming MIDI Start and Stop are obeyed."""
        return self.source in (ClockSource.MIDI, ClockSource.AUTO)

    @property
    def lead_ms(self) -> float:
        """How far ahead of its sound an event must be known, so that the earliest clock output is on time."""
        return max([0.0, *(-clock.offset_ms for clock in self.clocks if clock.on)])

    def with_clock(self, output: int, clock: ClockOut) -> "Midi":
        """The same with another clock on `output`, 1..4. Raises InvalidValue."""
        check_output(output)
        return replace(self, clocks=(*self.clocks[: output - 1], clock, *self.clocks[output:]))

    def with_route(self, track: str, route: Route | None) -> "Midi":
        """The same with `track` playing `route`, or nothing."""
        routes = {name: kept for name, kept in self.routes.items() if name != track}
        return replace(self, routes=routes if route is None else {**routes, track: route})

    def with_pad(self, note: int, track: str | None) -> "Midi":
        """The same with `note` triggering `track`, or nothing."""
        pads = {number: kept for number, kept in self.pads.items() if number != note}
        return replace(self, pads=pads if track is None else {**pads, note: track})

    def with_song_position(self, input_: int, obeyed: bool) -> "Midi":
        """The same with `input_`'s (1 or 2) Song Position obeyed or ignored. Raises InvalidValue."""
        if not 1 <= input_ <= MIDI_INPUTS:
            raise InvalidValue(f"MIDI has inputs 1 to {MIDI_INPUTS} here; {input_} was asked for.")
        kept = self.song_position
        return replace(self, song_position=(*kept[: input_ - 1], obeyed, *kept[input_:]))


@dataclass(frozen=True, slots=True)
class MidiSetup:
    """What is saved between sessions. inputs, outputs: the name of the port that each of Tao's is connected to, None
    for none; controls: what each `CHANNEL:CONTROLLER` or `CHANNEL:nNOTE` does, channels counted from 1; grid: which
    grid controllers are used: GRID_AUTO for any, GRID_OFF, or those of one note map."""

    inputs: tuple[str | None, ...] = (None,) * MIDI_INPUTS
    outputs: tuple[str | None, ...] = (None,) * MIDI_OUTPUTS
    controls: Mapping[str, str] = field(default_factory=dict)
    midi: Midi = field(default_factory=Midi)
    grid: str = GRID_AUTO

    def __post_init__(self) -> None:
        if (len(self.inputs), len(self.outputs)) != (MIDI_INPUTS, MIDI_OUTPUTS) or len(self.controls) > MAX_CONTROLS:
            raise InvalidValue(f"A MIDI setup has {MIDI_INPUTS} inputs, {MIDI_OUTPUTS} outputs and up to "
                               f"{MAX_CONTROLS} controls; {len(self.inputs)}, {len(self.outputs)} and "
                               f"{len(self.controls)} were given.")
        for name in filter(None, (*self.inputs, *self.outputs, *self.controls, *self.controls.values(), self.grid)):
            check_name(name, "A MIDI port or control")


def check_output(output: int) -> None:
    """Raise InvalidValue unless there is such an output."""
    if not 1 <= output <= MIDI_OUTPUTS:
        raise InvalidValue(f"MIDI has outputs 1 to {MIDI_OUTPUTS} here; {output} was asked for.")


def check_note(note: int) -> None:
    """Raise InvalidValue unless MIDI has such a note."""
    if not 0 <= note <= 127:
        raise InvalidValue(f"MIDI has notes 0 to 127; {note} was asked for.")
