"""What the user may choose about an export, and the exporters that take it."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from engine.core.errors import InvalidValue
from engine.library.audio_files import HIGHEST_RATE, LOWEST_RATE
from engine.library.losses import Feature

BITS = (16, 24, 32)


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """bits of a sample: 16 or 24 (integers), 32 (float); sample_rate in Hz, None for the recording's; mono: mix WAVs
    down; heard: hits as in the recording instead of as the pattern has them."""

    bits: int = 24
    sample_rate: int | None = None
    mono: bool = False
    heard: bool = False

    def __post_init__(self) -> None:
        if self.bits not in BITS:
            raise InvalidValue(f"Audio is exported with 16, 24 or 32 bits; {self.bits} were asked for.")
        if self.sample_rate is not None and not LOWEST_RATE <= self.sample_rate <= HIGHEST_RATE:
            raise InvalidValue(f"A sample rate lies between {LOWEST_RATE} and {HIGHEST_RATE} Hz; {self.sample_rate} "
                               "was asked for.")


AS_RECORDED = ExportSettings()


@dataclass(frozen=True)
class AdjustableExporter:
    """What Tao's exporters have in common. cannot_hold: what their format has no place for; experimental: no other
    program has been seen to read it."""

    cannot_hold: ClassVar[tuple[Feature, ...]] = ()
    experimental: ClassVar[bool] = False
    settings: ExportSettings = AS_RECORDED

    def with_settings(self, settings: ExportSettings) -> Self:
        """The same exporter with the user's choices."""
        return replace(self, settings=settings)
