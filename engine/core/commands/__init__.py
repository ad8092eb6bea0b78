"""Everything a musician can ask of the machine, by subject, and `apply`: machine, command -> machine.

Each module defines the commands of one subject and registers what they do; start with `transport`. `boundary` says
when a command takes effect. A new command goes into its subject's module and into the union below.
"""

from engine.core.commands.apply import apply as apply
from engine.core.commands.boundary import Boundary as Boundary
from engine.core.commands.boundary import target_frames as target_frames
from engine.core.commands.crossbreeding import Crossbreed, KeepParent
from engine.core.commands.effects import (
    BypassRack,
    LatchEffect,
    ReleaseEffects,
    SetEffects,
    SetGain,
    ShapeEffect,
)
from engine.core.commands.loading import (
    ClearMachine,
    LoadDecomposition,
    LoadKit,
    LoadLoop,
    LoadPattern,
    NameKit,
    SetListen,
)
from engine.core.commands.midi import (
    FollowTempo,
    LeadTransport,
    SetClockOut,
    SetClockSource,
    SetMidi,
    SetPad,
    SetRoute,
    SetSongPosition,
)
from engine.core.commands.patterns import (
    CopyPattern,
    FillBars,
    LoadPatterns,
    NextInChain,
    SelectPattern,
    SetChain,
    SetFill,
    SetPatternLength,
    SetSwing,
    SetTimeSignature,
)
from engine.core.commands.reading import DoubleReading, HalveReading, ShiftDownbeat
from engine.core.commands.sounds import Audition, SetRole, ShapeOneShot, SwapOneShot, TriggerPad
from engine.core.commands.steps import SetStep, SetSteps, ToggleStep
from engine.core.commands.tracks import (
    SetLock,
    SetMute,
    SetMuteStyle,
    SetSolo,
    SetTrackLength,
    SetTrackResolution,
)
from engine.core.commands.transport import Continue, Panic, Play, PlayFrom, PlaySince, SetTempo, Stop
from engine.core.commands.undo import Restore, ResumeSession, SetMutesAndSolos

Command = (Play | PlaySince | PlayFrom | Stop | Continue | SetTempo | Panic
           | ToggleStep | SetStep | SetSteps
           | SetMute | SetSolo | SetMuteStyle | SetLock | SetTrackLength | SetTrackResolution
           | SelectPattern | SetChain | NextInChain | CopyPattern | LoadPatterns | SetPatternLength | SetTimeSignature
           | SetSwing
           | SetFill | FillBars
           | TriggerPad | Audition | SwapOneShot | ShapeOneShot | SetRole
           | LoadKit | LoadPattern | LoadLoop | LoadDecomposition | NameKit | ClearMachine | SetListen
           | KeepParent | Crossbreed
           | HalveReading | DoubleReading | ShiftDownbeat
           | SetClockSource | FollowTempo | SetSongPosition | SetClockOut | SetRoute | SetPad | LeadTransport
           | SetMidi
           | LatchEffect | ShapeEffect | ReleaseEffects | SetEffects | BypassRack | SetGain
           | Restore | SetMutesAndSolos | ResumeSession)
