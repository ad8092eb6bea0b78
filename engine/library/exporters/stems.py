"""Audio as long as the loop: one WAV for each drum, the residual, and the loop itself, marked with tempo and slices."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.timeline import PPQN
from engine.library.export_settings import AdjustableExporter
from engine.library.exporting import file_name
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.strokes import all_strokes
from engine.library.wav_file import Marks, full_scale_gain, write_marked_wav

SAME_SLICE_S = 0.01


@dataclass(frozen=True)
class Stems(AdjustableExporter):
    """NAME stems/, one file a drum."""

    name: ClassVar[str] = "stems"

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write them, all at one gain, so that they still add up. Raises InvalidValue when there are no stems."""
        if not stored.stems:
            raise InvalidValue(f"{stored.kit.name} has no stems; decompose its loop again.")
        into = free_path(folder, f"{file_name(stored.kit.name)} stems")
        into.mkdir()
        parts = {**stored.stems, "loop": stored.loop}
        if stored.residual is not None:
            parts["residual"] = stored.residual
        gain = np.float32(full_scale_gain(self.settings, *parts.values()))
        for name, audio in parts.items():
            write_marked_wav(into / f"{file_name(name)}.wav", gain * audio, stored.sample_rate, self.settings,
                             loop_marks(stored))
        return [into]


@dataclass(frozen=True)
class LoopWithTempo(AdjustableExporter):
    """NAME BPM.wav: the loop with its tempo and a slice at each hit."""

    name: ClassVar[str] = "loop"

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it. The tempo is in the name, where hardware without `acid` finds it."""
        path = free_path(folder, f"{file_name(stored.kit.name)} {stored.tempo_bpm:.0f} BPM", ".wav")
        gain = np.float32(full_scale_gain(self.settings, stored.loop))
        write_marked_wav(path, gain * stored.loop, stored.sample_rate, self.settings, loop_marks(stored))
        return [path]


def loop_marks(stored: StoredDecomposition) -> Marks:
    """Tempo, length and slices of the loop; a slice begins at each hit and is named after its drum."""
    return Marks(stored.tempo_bpm, stored.pattern.beats, stored.pattern.time_signature, slices=slices(stored))


def slices(stored: StoredDecomposition) -> tuple[tuple[int, str], ...]:
    """(frame, drum) of each hit of the recording, or of the pattern where nothing was heard; hits within 10 ms are one
    slice."""
    hits = [(onset.time_s, name) for name, onsets in stored.onsets.items() for onset in onsets]
    if not hits:
        _, played = all_strokes(stored)
        hits = [(stroke.tick * 60.0 / (stored.tempo_bpm * PPQN), name) for name, strokes in played.items()
                for stroke in strokes]
    found: list[tuple[int, str]] = []
    for time_s, name in sorted(hits):
        frame = round(time_s * stored.sample_rate)
        if 0 <= frame < len(stored.loop) and (not found
                                              or frame - found[-1][0] > SAME_SLICE_S * stored.sample_rate):
            found.append((frame, name))
    return tuple(found)
