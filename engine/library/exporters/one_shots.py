"""One WAV for each recording of each one-shot, as it sounds in the kit, for samplers and hardware."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.core.exports import HARDWARE
from engine.core.kit import Layer, OneShot
from engine.core.loop import Audio
from engine.library.export_settings import AdjustableExporter
from engine.library.exporting import file_name, recording_names
from engine.library.files import free_path
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.losses import Feature
from engine.library.sounds import as_played
from engine.library.wav_file import Marks, full_scale_gain, write_marked_wav

SHORT = 13  # letters after a pad's number: what the smallest of these screens shows


@dataclass(frozen=True)
class OneShots(AdjustableExporter):
    """NAME one-shots/, one file a recording: level, pan, pitch, envelope and filter are in the audio. For hardware:
    NAME HARDWARE/, in the folder that it looks in, numbered by pad."""

    name: ClassVar[str] = "oneshots"
    needs_sounds: ClassVar[bool] = True
    cannot_hold: ClassVar[tuple[Feature, ...]] = (Feature.CHOKING,)

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write them, all at one gain, so that the kit keeps its balance."""
        hardware = self.settings.hardware
        into = free_path(folder, f"{file_name(stored.kit.name)} {hardware or 'one-shots'}")
        place = into / (HARDWARE[hardware].folder if hardware else "")
        place.mkdir(parents=True)
        sounds = on_pads(stored) if hardware else {
            name: (sound, shot.midi_note) for track, shot in stored.kit.one_shots.items()
            for name, sound in played_recordings(stored, track, shot).items()}
        gain = np.float32(full_scale_gain(self.settings, *(sound for sound, _ in sounds.values())))
        for name, (sound, note) in sounds.items():
            write_marked_wav(place / name, gain * sound, stored.sample_rate, self.settings,
                             Marks(root_note=note, one_shot=True))
        return [into]


def played_recordings(stored: StoredDecomposition, track: str, shot: OneShot) -> dict[str, Audio]:
    """Every recording of a one-shot as it sounds, by file name."""
    names = recording_names(track, shot)
    layers = {layer.sample: layer for layer in (*shot.layers, Layer(shot.sample, shot.frames))}
    return {name: as_played(stored.samples[sample], shot, layers[sample], stored.sample_rate)
            for sample, name in names.items()}


def on_pads(stored: StoredDecomposition) -> dict[str, tuple[Audio, int]]:
    """(audio as it sounds, MIDI note) by file name, such as "01 kick.wav": the drums in the order of the tracks, each
    with its loudest recording, then all other recordings. Names are short and plain ASCII."""
    tracks = [track.name for track in stored.pattern.tracks if track.name in stored.kit.one_shots]
    tracks += [name for name in stored.kit.one_shots if name not in tracks]
    shots = [(track, stored.kit.one_shots[track]) for track in tracks]
    pads = [(track, shot, shot.recordings(1.0)[0]) for track, shot in shots]
    for track, shot in shots:
        known = {shot.recordings(1.0)[0].sample}
        for layer in (*reversed(shot.layers), Layer(shot.sample, shot.frames)):
            if layer.sample not in known:
                known.add(layer.sample)
                pads.append((track, shot, layer))
    return {f"{number:02} {_plain(track)}.wav": (as_played(stored.samples[layer.sample], shot, layer,
                                                           stored.sample_rate), shot.midi_note)
            for number, (track, shot, layer) in enumerate(pads, 1)}


def _plain(name: str) -> str:
    """A name that every sampler's screen can show."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9 _-]", "", ascii_only)[:SHORT].strip() or "drum"
