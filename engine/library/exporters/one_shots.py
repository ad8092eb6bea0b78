"""One WAV for each recording of each one-shot, as it sounds in the kit, for samplers and hardware."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.kit import Layer, OneShot
from engine.core.loop import Audio
from engine.library.decomposition import StoredDecomposition
from engine.library.export_settings import AdjustableExporter
from engine.library.exporting import file_name, recording_names
from engine.library.files import free_path
from engine.library.losses import Feature
from engine.library.sounds import as_played
from engine.library.wav_file import Marks, full_scale_gain, write_marked_wav


@dataclass(frozen=True)
class OneShots(AdjustableExporter):
    """NAME one-shots/, one file a recording: level, pan, pitch, envelope and filter are in the audio."""

    name: ClassVar[str] = "oneshots"
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.CHOKING,)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write them, all at one gain, so that the kit keeps its balance."""
        into = free_path(folder, f"{file_name(stored.kit.name)} one-shots")
        into.mkdir()
        sounds = {name: (sound, shot.midi_note) for track, shot in stored.kit.one_shots.items()
                  for name, sound in played_recordings(stored, track, shot).items()}
        gain = np.float32(full_scale_gain(self.settings, *(sound for sound, _ in sounds.values())))
        for name, (sound, note) in sounds.items():
            write_marked_wav(into / name, gain * sound, stored.sample_rate, self.settings,
                             Marks(root_note=note, one_shot=True))
        return [into]


def played_recordings(stored: StoredDecomposition, track: str, shot: OneShot) -> dict[str, Audio]:
    """Every recording of a one-shot as it sounds, by file name."""
    names = recording_names(track, shot)
    layers = {layer.sample: layer for layer in (*shot.layers, Layer(shot.sample, shot.frames))}
    return {name: as_played(stored.samples[sample], shot, layers[sample], stored.sample_rate)
            for sample, name in names.items()}
