"""The kit as an SFZ instrument (version 1 opcodes): one region a drum on its MIDI note, samples beside it."""

import math
from pathlib import Path

from engine.core.kit import OneShot
from engine.library.audio_files import write_wav
from engine.library.decomposition import StoredDecomposition
from engine.library.exporting import file_name, free_place

MAX_VOLUME_DB = 6.0  # louder than SFZ can say is written into the sample
QUIETEST_DB = -144.0


class Sfz:
    """NAME sfz/NAME.sfz and its samples."""

    name = "sfz"

    def export(self, stored: StoredDecomposition, folder: Path) -> list[Path]:
        """Write it. A velocity is a gain in Tao, so the curve is linear."""
        name = file_name(stored.kit.name)
        into = free_place(folder, f"{name} sfz")
        (into / "samples").mkdir(parents=True)
        lines = ["<control>", "default_path=samples/", "<global>", "loop_mode=one_shot",
                 "amp_velcurve_1=0.007874", "amp_velcurve_127=1"]
        for track, shot in stored.kit.one_shots.items():
            audio, volume_db = stored.samples[shot.sample], _volume_db(shot)
            if volume_db > MAX_VOLUME_DB:
                audio, volume_db = audio * 10.0 ** (volume_db / 20.0), 0.0
            write_wav(into / "samples" / f"{file_name(track)}.wav", audio, stored.sample_rate)
            lines += ["", f"// {track}", *_region(track, shot, volume_db)]
        (into / f"{name}.sfz").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return [into]


def _volume_db(shot: OneShot) -> float:
    return 20.0 * math.log10(shot.gain) if shot.gain > 0.0 else QUIETEST_DB


def _region(track: str, shot: OneShot, volume_db: float) -> list[str]:
    semitones = round(shot.pitch_semitones)
    cents = round(100.0 * (shot.pitch_semitones - semitones))
    lines = ["<region>", f"sample={file_name(track)}.wav", f"key={shot.midi_note}",
             f"pitch_keycenter={shot.midi_note}", f"volume={volume_db:.2f}", f"pan={100.0 * shot.pan:.1f}"]
    if semitones or cents:
        lines += [f"transpose={semitones}", f"tune={cents}"]
    if shot.attack_s:
        lines.append(f"ampeg_attack={shot.attack_s:.4f}")
    if shot.decay_s is not None:
        lines += [f"ampeg_decay={shot.decay_s:.4f}", "ampeg_sustain=0"]
    if shot.choke_group is not None:
        lines += [f"group={shot.choke_group + 1}", f"off_by={shot.choke_group + 1}", "off_mode=fast"]
    return lines
