"""What the engine shows its clients: Meters with every block, Status whenever it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from engine.core.candidates import TrackCandidates
from engine.core.groove import playing_index
from engine.core.kit import SampleId
from engine.core.loop import Reading
from engine.core.machine import Machine
from engine.core.methods import USUAL, Methods
from engine.core.midi import MIDI_INPUTS, MIDI_OUTPUTS, ClockSource
from engine.core.pattern import Pattern, Track
from engine.core.recording import RecordingSetup
from engine.core.requests import SoundSource
from engine.core.time_signature import Quarters


class RecordState(Enum):
    """Whether a take is running."""

    OFF = "off"
    ARMED = "armed"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class Meters:
    """The newest block. Each one overwrites the last, so a slow reader misses some.

    frames: engine time at the block's end; position_ticks: song position there (0 while stopped);
    peaks: per track, linear, since the last block; master_peaks: left, right, after effects;
    input_peaks; load: share of the block's time that was used, 0..1; dropped_blocks since start.
    """

    frames: int = 0
    position_ticks: int = 0
    playing: bool = False
    peaks: tuple[float, ...] = ()
    master_peaks: tuple[float, float] = (0.0, 0.0)
    input_peaks: tuple[float, float] = (0.0, 0.0)
    load: float = 0.0
    dropped_blocks: int = 0
    voices: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """The job that the worker is on: stage is slices, pattern, stems or kit; fraction 0..1 of the whole job."""

    id: int
    loop_name: str
    stage: str
    fraction: float
    running: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to the musician; urgent ones light a lamp until they are read."""

    text: str
    urgent: bool = False


class SyncState(Enum):
    """How well the clock source is followed: there is none; none heard yet; its tempo is being measured; in step; it
    has stopped, and the song plays on at its last tempo."""

    INTERNAL = "internal"
    WAITING = "waiting"
    SEEKING = "seeking"
    LOCKED = "locked"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Sync:
    """The clock that is followed. bpm: its tempo, for display; input: the MIDI input it arrives at (1, 2; 0 none);
    rivals: whether a second clock arrives as well; peers: how many others are on Link; jitter_ms: the standard
    deviation of the clock's ticks, if it is a MIDI clock."""

    source: ClockSource = ClockSource.AUTO
    state: SyncState = SyncState.INTERNAL
    bpm: float | None = None
    input: int = 0
    rivals: bool = False
    peers: int = 0
    jitter_ms: float | None = None


@dataclass(frozen=True, slots=True)
class GridStatus:
    """The grid controller. chosen: auto, off, or a note map; maps: the names of all note maps; joined: its port, empty
    while there is none; map: the note map that it is used with."""

    chosen: str = "auto"
    maps: tuple[str, ...] = ()
    joined: str = ""
    map: str = ""


@dataclass(frozen=True, slots=True)
class MidiStatus:
    """The MIDI ports and controllers now.

    inputs, outputs: the port that each of Tao's should be connected to; joined_in, joined_out: the ports that are
    connected, empty where that port does not exist; sources, destinations: every port that exists; learning: the target
    that waits for a controller; writes_steps: whether pads are recorded as steps; last: the newest message that was not
    a clock, as text; grid: the controller whose pads show the pattern; recent: the newest messages with their
    input, newest first.
    """

    inputs: tuple[str | None, ...] = (None,) * MIDI_INPUTS
    outputs: tuple[str | None, ...] = (None,) * MIDI_OUTPUTS
    joined_in: tuple[str, ...] = ("",) * MIDI_INPUTS
    joined_out: tuple[str, ...] = ("",) * MIDI_OUTPUTS
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    controls: Mapping[str, str] = field(default_factory=dict)
    learning: str | None = None
    writes_steps: bool = False
    last: str = ""
    grid: GridStatus = GridStatus()
    recent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """What a found sound is like. level_db: its peak, in dBFS; picture: its peaks, 0..255 of its loudest; closeness:
    0..1, how near it is to the sound that the track has, None where that cannot be said."""

    length_s: float
    level_db: float
    picture: bytes = b""
    closeness: float | None = None


@dataclass(frozen=True, slots=True)
class SoundList:
    """The sounds found for `track`, by name; chosen: the one auditioned or swapped in last, -1 for none; facts: what is
    known of the first of them, None for one that cannot be read; more follow."""

    track: str
    where: SoundSource
    path: str
    names: tuple[str, ...]
    chosen: int = -1
    facts: tuple[SoundFacts | None, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptKit:
    """Where the kit is on disk. folder: its own, empty before there is one; unsaved: whether edits are still to be
    written; saves: how often this engine has written a kit; set_folder, sets: the set that it has written last, and how
    often it has written one.
    """

    folder: str = ""
    unsaved: bool = False
    saves: int = 0
    set_folder: str = ""
    sets: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the decomposer heard in the loop that plays. pattern: its hits before you edited any, counted as the loop is
    now; match: 0..1, how much of the recording its kit and pattern explain, None before the kit is solved; track_match:
    the same for each track's stem."""

    pattern: Pattern
    match: float | None = None
    track_match: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that changes seldom. pending: changes that wait for their boundary, in words; readings: ways to count
    the loop, likeliest first, while its tempo is uncertain; midi: ports and controllers; kept: the kit on disk;
    pictures: peaks 0..255 of each one-shot, from start to end, and of the loop's residual;
    candidates: what the kit's decomposition is not sure of; methods: the plugins that decompose."""

    machine: Machine
    backend: str
    device: str
    sample_rate: int
    block_frames: int
    record_state: RecordState = RecordState.OFF
    record_beats: Quarters = 8
    job: Job | None = None
    pending: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    banner: str | None = None
    recording: RecordingSetup = field(default_factory=RecordingSetup)
    sync: Sync = field(default_factory=Sync)
    sounds: SoundList | None = None
    midi: MidiStatus = field(default_factory=MidiStatus)
    readings: tuple[Reading, ...] = ()
    kept: KeptKit = KeptKit()
    heard: Heard | None = None
    pictures: Mapping[SampleId, bytes] = field(default_factory=dict)
    candidates: tuple[TrackCandidates, ...] = ()
    methods: Methods = USUAL


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a screen draws: the status and the newest meters."""

    status: Status
    meters: Meters = field(default_factory=Meters)

    @property
    def bar_beat(self) -> tuple[int, int]:
        """Bar and beat as musicians count them, from 1."""
        pattern = self.status.machine.pattern
        bar, within = divmod(self.meters.position_ticks, pattern.bar_ticks)
        return bar + 1, within // pattern.pulse_ticks + 1

    def playing_step(self, track: Track) -> int | None:
        """The step of `track` under the playhead, on its swung grid; None while stopped."""
        if not self.meters.playing:
            return None
        machine = self.status.machine
        return playing_index(machine.pattern, track, self.meters.position_ticks - machine.phase_ticks)

    @property
    def loop_fraction(self) -> float | None:
        """How far through the loop the playhead is, 0..1; None while stopped or without a loop."""
        machine = self.status.machine
        if not self.meters.playing or machine.loop is None:
            return None
        length_ticks = machine.loop.ticks
        began_ticks = machine.loop_ticks - machine.loop.downbeat_ticks
        return (self.meters.position_ticks - began_ticks) % length_ticks / length_ticks
