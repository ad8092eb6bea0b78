"""What a face can ask about takes: recording, capturing what was heard, resampling, calibrating."""

from dataclasses import dataclass

from engine.core.recording import RecordingSetup


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Take `beats` beats from the next bar line on; when stopped, after the count-in, with the transport."""

    beats: int


@dataclass(frozen=True, slots=True)
class StartFreeTake:
    """Record until EndTake. Without a loop and stopped, its length sets the tempo; else it ends on a bar line."""


@dataclass(frozen=True, slots=True)
class EndTake:
    """End the running take: on the next bar line, or at once where it sets the tempo."""


@dataclass(frozen=True, slots=True)
class CancelRecording:
    """Forget the take that is armed or running."""


@dataclass(frozen=True, slots=True)
class CaptureLast:
    """Make a take of the last `beats` beats of input that were heard, up to the bar line just passed."""

    beats: int


@dataclass(frozen=True, slots=True)
class Overdub:
    """Record one pass of the running loop and lay it over the loop."""


@dataclass(frozen=True, slots=True)
class Resample:
    """Record `beats` beats of Tao's own sound from the next bar line on: "master" (after effects), "kit", or a
    track by its name."""

    source: str
    beats: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Loop the last `beats` beats of the master, so that something else can be loaded meanwhile."""

    beats: int


@dataclass(frozen=True, slots=True)
class SetRecording:
    """How takes are made from now on."""

    setup: RecordingSetup


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Measure how late a click comes back through the loopback, and remember it for this device."""


TakeRequest = (StartRecording | StartFreeTake | EndTake | CancelRecording | CaptureLast | Overdub | Resample | Hold
               | SetRecording | Calibrate)
