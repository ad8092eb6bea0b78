"""One-shots' audio from strangers' files: WAV, FLAC, AIFF, OGG or MP3, as stereo, within limits."""

import io
from pathlib import Path

import numpy as np
import soundfile

from engine.core.errors import UnreadableAudio
from engine.core.loop import Audio
from engine.core.names import readable
from engine.library.audio_files import HIGHEST_RATE, LOWEST_RATE, MOST_CHANNELS

LONGEST_S = 60.0


def one_shot_audio(source: Path | bytes, name: str) -> tuple[Audio, int]:
    """(float32 audio (frames, 2), its rate). Raises UnreadableAudio, naming the file, when it is no one-shot."""
    if isinstance(source, Path) and not is_file(source):
        raise UnreadableAudio(f"There is no sound {readable(name, 80)!r}, which the kit names.")
    try:
        with soundfile.SoundFile(io.BytesIO(source) if isinstance(source, bytes) else source) as file:
            _check(file, name)
            audio = file.read(frames=round(LONGEST_S * file.samplerate), dtype="float32", always_2d=True)
            rate = int(file.samplerate)
    except (soundfile.SoundFileError, OSError, RuntimeError, TypeError) as error:
        raise UnreadableAudio(f"{name} is damaged or is not audio.") from error
    if not len(audio) or not np.isfinite(audio).all():
        raise UnreadableAudio(f"{name} is empty or holds values that are not numbers.")
    stereo = audio[:, :2] if audio.shape[1] > 1 else np.repeat(audio, 2, axis=1)
    return np.ascontiguousarray(stereo), rate


def is_file(path: Path) -> bool:
    """Whether there is a file of this name, which may be one that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _check(file: soundfile.SoundFile, name: str) -> None:
    if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE or file.channels > MOST_CHANNELS:
        raise UnreadableAudio(f"{name} has {file.channels} channels at {file.samplerate} Hz; Tao reads up to "
                              f"{MOST_CHANNELS} at {LOWEST_RATE // 1000} to {HIGHEST_RATE // 1000} kHz.")
    if file.frames > LONGEST_S * file.samplerate:
        raise UnreadableAudio(f"{name} lasts longer than a one-shot: {file.frames / file.samplerate:.0f} s.")
