"""What a client asks of the takes: record, catch, overdub, resample, hold."""

from dataclasses import dataclass

from engine.core.recording import RecordingSetup
from engine.core.time_signature import Quarters


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record `beats` beats from the next bar line on; when stopped, start the song after the count-in."""

    beats: Quarters


@dataclass(frozen=True, slots=True)
class StartFreeTake:
    """Record until EndTake. What is played sets the tempo if the song is stopped; else it ends on a bar line."""


@dataclass(frozen=True, slots=True)
class EndTake:
    """End the running take: on the next bar line, or at once if it sets the tempo."""


@dataclass(frozen=True, slots=True)
class CancelRecording:
    """Discard the take that is armed or running."""


@dataclass(frozen=True, slots=True)
class CaptureLast:
    """Make a take of the last `beats` beats of input, up to the bar line just passed."""

    beats: Quarters


@dataclass(frozen=True, slots=True)
class Overdub:
    """Record one pass of the running loop and mix it into the loop."""


@dataclass(frozen=True, slots=True)
class Resample:
    """Record `beats` beats of Tao's own sound from the next bar line on: "master" (after effects), "kit", or a
    track by its name."""

    source: str
    beats: Quarters


@dataclass(frozen=True, slots=True)
class Hold:
    """Loop the last `beats` beats of the master, so that you can load something else meanwhile."""

    beats: Quarters


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Make takes this way from now on."""

    setup: RecordingSetup


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Measure how late a click comes back through a loopback cable, and remember it for this device."""


TakeRequest = (StartRecording | StartFreeTake | EndTake | CancelRecording | CaptureLast | Overdub | Resample | Hold
               | SetRecording | Calibrate)
