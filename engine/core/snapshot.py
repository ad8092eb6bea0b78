"""What a face may know: published once per block (Meters) or whenever it changes (Status)."""

from dataclasses import dataclass, field
from enum import Enum

from engine.core.browsing import Shelf
from engine.core.desk import DeskStatus
from engine.core.groove import grid_ticks
from engine.core.loop import Reading
from engine.core.machine import Machine
from engine.core.midi import Source
from engine.core.pattern import Track
from engine.core.recording import RecordingSetup


class RecordState(Enum):
    """Where a take stands."""

    OFF = "off"
    ARMED = "armed"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class Meters:
    """The newest block, seen from outside. Old news is lost on purpose.

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
    """The decomposer's work in hand: stage is slices, pattern, stems or kit; fraction 0..1 of the whole."""

    id: int
    loop_name: str
    stage: str
    fraction: float
    running: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the musician; `urgent` ones stay as a lamp."""

    text: str
    urgent: bool = False


class SyncState(Enum):
    """How well we follow: nobody; nobody yet; a tempo is being found; found; gone, and we play on at its tempo."""

    INTERNAL = "internal"
    WAITING = "waiting"
    SEEKING = "seeking"
    LOCKED = "locked"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Sync:
    """Whose time we keep. bpm: the leader's, for reading; input: by which MIDI input it comes (1, 2; 0 none);
    rivals: whether another clock comes in as well; peers: how many others are on Link."""

    source: Source = Source.AUTO
    state: SyncState = SyncState.INTERNAL
    bpm: float | None = None
    input: int = 0
    rivals: bool = False
    peers: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """All that changes seldom. `machine_version` grows by one with every change of the machine; readings: ways to
    count the loop, likeliest first, while that is in doubt."""

    machine: Machine
    machine_version: int
    backend: str
    device: str
    sample_rate: int
    block_frames: int
    record_state: RecordState = RecordState.OFF
    record_beats: int = 8
    job: Job | None = None
    pending: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    banner: str | None = None
    recording: RecordingSetup = field(default_factory=RecordingSetup)
    sync: Sync = field(default_factory=Sync)
    shelf: Shelf | None = None
    desk: DeskStatus = field(default_factory=DeskStatus)
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the screen draws: the seldom-changing status, and the newest meters."""

    status: Status
    meters: Meters = field(default_factory=Meters)

    @property
    def bar_beat(self) -> tuple[int, int]:
        """Bar and beat as musicians count them, from 1."""
        beat = self.meters.position_ticks // 960
        per_bar = self.status.machine.pattern.beats_per_bar
        return beat // per_bar + 1, beat % per_bar + 1

    def playing_slot(self, track: Track) -> int | None:
        """The slot of `track` that the playhead is in, on its swung grid; None while stopped."""
        if not self.meters.playing:
            return None
        machine = self.status.machine
        since = self.meters.position_ticks - machine.phase_ticks
        slot = since // track.step_ticks
        if grid_ticks(machine.pattern, track, slot) > since:
            slot -= 1
        return slot % len(track.steps)

    @property
    def loop_fraction(self) -> float | None:
        """How far the loop's pass has come, 0..1; None while stopped or without a loop."""
        machine = self.status.machine
        if not self.meters.playing or machine.loop is None:
            return None
        length_ticks = machine.loop.beats * 960
        began_ticks = machine.loop_ticks - machine.loop.downbeat_ticks
        return (self.meters.position_ticks - began_ticks) % length_ticks / length_ticks
