"""Small pictures of what plays: the peaks of each one-shot and of the residual, for the screens."""

from collections.abc import Mapping

import numpy as np

from engine.core.kit import Kit, SampleId
from engine.core.loop import OVERVIEW_PEAKS, Audio
from engine.core.machine import Machine

SHOT_PEAKS = 64


class Pictures:
    """Draws each sample once. bank: the audio by id."""

    def __init__(self, bank: Mapping[SampleId, Audio]) -> None:
        self._bank = bank
        self._drawn: dict[SampleId, bytes] = {}
        self._of: tuple[Kit | None, SampleId | None] = (None, None)

    def of(self, machine: Machine) -> Mapping[SampleId, bytes]:
        """The pictures of the machine's one-shots and residual; the same object until one of them changes."""
        residual = None if machine.loop is None else machine.loop.residual
        if self._of[0] is machine.kit and self._of[1] == residual:
            return self._drawn
        self._of = machine.kit, residual
        wanted = {shot.sample: SHOT_PEAKS for shot in machine.kit.one_shots.values()}
        if residual is not None:
            wanted[residual] = OVERVIEW_PEAKS
        wanted = {sample: columns for sample, columns in wanted.items() if sample in self._bank}
        if wanted.keys() != self._drawn.keys():
            self._drawn = {sample: self._drawn.get(sample) or picture(self._bank[sample], columns)
                           for sample, columns in wanted.items()}
        return self._drawn


def picture(audio: Audio, columns: int) -> bytes:
    """The peaks of up to `columns` equal parts of audio (frames, channels), 255 at full scale."""
    edges = np.linspace(0, len(audio), min(columns, len(audio)) + 1).astype(int)[:-1]
    peaks = np.maximum.reduceat(np.abs(audio).max(axis=1), edges)
    return bytes(np.clip(np.round(255.0 * peaks), 0, 255).astype(np.uint8))
