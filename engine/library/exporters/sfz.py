"""The kit as an SFZ instrument (version 1 opcodes): drums on their MIDI notes, a region for each recording, with its
samples. Envelope and filter are in the samples, because players differ about them."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.kit import OneShot
from engine.library.export_settings import AdjustableExporter
from engine.library.exporting import file_name, recording_names
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.sounds import midi_velocities, shaped
from engine.library.wav_file import Marks, full_scale_gain, write_marked_wav

MAX_VOLUME_DB = 6.0  # SFZ allows no more; what is above it goes into the sample
QUIETEST_DB = -144.0


@dataclass(frozen=True)
class Sfz(AdjustableExporter):
    """NAME sfz/NAME.sfz and its samples."""

    name: ClassVar[str] = "sfz"
    needs_sounds: ClassVar[bool] = True

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it, with a linear velocity curve, because velocity is a gain in Tao."""
        name = file_name(stored.kit.name)
        into = free_path(folder, f"{name} sfz")
        (into / "samples").mkdir(parents=True)
        lines = ["<global>", "loop_mode=one_shot", "amp_velcurve_1=0.007874", "amp_velcurve_127=1"]
        for track, shot in stored.kit.one_shots.items():
            lines += ["", f"// {track}", *self._regions(stored, track, shot, into / "samples")]
        (into / f"{name}.sfz").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [into]

    def _regions(self, stored: StoredDecomposition, track: str, shot: OneShot, samples: Path) -> list[str]:
        """Write the recordings of a one-shot; the lines that play them."""
        names = recording_names(track, shot)
        sounds = {sample: shaped(stored.samples[sample], shot, stored.sample_rate) for sample in names}
        lift = _lift(shot)
        lift *= full_scale_gain(self.settings, *(np.float32(lift) * sound for sound in sounds.values()))
        for sample, file in names.items():
            write_marked_wav(samples / file, np.float32(lift) * sounds[sample], stored.sample_rate, self.settings,
                             Marks(root_note=shot.midi_note, one_shot=True))
        lines: list[str] = []
        for low, high, layers in shot.zones:
            for turn, layer in enumerate(layers, 1):
                place = _velocities_and_turn(low, high, turn, len(layers))
                if place is not None:
                    lines += _region(names[layer.sample], shot, _volume_db(shot.gain * layer.gain / lift), place)
        return lines


def _lift(shot: OneShot) -> float:
    """The gain written into the samples: 1 unless one of them must be louder than SFZ allows."""
    loudest = shot.gain * max(layer.gain for _, _, layers in shot.zones for layer in layers)
    return loudest if _volume_db(loudest) > MAX_VOLUME_DB else 1.0


def _volume_db(gain: float) -> float:
    return 20.0 * math.log10(gain) if gain > 0.0 else QUIETEST_DB


def _velocities_and_turn(low: float, high: float, turn: int, turns: int) -> list[str] | None:
    """The opcodes for a zone's MIDI velocities and round-robin turn; None if no MIDI velocity falls into the zone."""
    reach = midi_velocities(low, high)
    if reach is None:
        return None
    lines = [] if reach == (1, 127) else [f"lovel={reach[0]}", f"hivel={reach[1]}"]
    return lines + ([f"seq_length={turns}", f"seq_position={turn}"] if turns > 1 else [])


def _region(file: str, shot: OneShot, volume_db: float, place: list[str]) -> list[str]:
    semitones = round(shot.pitch_semitones)
    cents = round(100.0 * (shot.pitch_semitones - semitones))
    lines = ["<region>", f"sample=samples/{file}", f"key={shot.midi_note}", *place,
             f"pitch_keycenter={shot.midi_note}", f"volume={volume_db:.2f}", f"pan={100.0 * shot.pan:.1f}"]
    if semitones or cents:
        lines += [f"transpose={semitones}", f"tune={cents}"]
    if shot.choke_group is not None:
        lines += [f"group={shot.choke_group + 1}", f"off_by={shot.choke_group + 1}", "off_mode=fast"]
    return lines
