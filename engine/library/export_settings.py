"""The exporters that take the user's choices."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from engine.core.exports import AS_RECORDED as AS_RECORDED
from engine.core.exports import ExportSettings as ExportSettings
from engine.library.losses import Feature


@dataclass(frozen=True)
class AdjustableExporter:
    """What Tao's exporters have in common. cannot_hold: what their format has no place for; experimental: no other
    program has been seen to read it; needs_sounds: without a one-shot there is nothing to write."""

    cannot_hold: ClassVar[tuple[Feature, ...]] = ()
    experimental: ClassVar[bool] = False
    needs_sounds: ClassVar[bool] = False
    settings: ExportSettings = AS_RECORDED

    def with_settings(self, settings: ExportSettings) -> Self:
        """The same exporter with the user's choices."""
        return replace(self, settings=settings)
