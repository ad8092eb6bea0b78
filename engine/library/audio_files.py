"""Read and write audio files. Every reader of Tao's goes through `read_audio`: any common format, 8 to 192 kHz, one to
eight channels; else one clear sentence."""

import io
import logging
import math
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from engine.core.errors import UnreadableAudio
from engine.core.loop import NO_HINTS, Audio, Hints, Loop
from engine.core.names import readable
from engine.core.time_signature import Quarters
from engine.core.timeline import MAX_BPM, MIN_BPM
from engine.library.importers.kinds import kind_of
from engine.library.wav_file import Marks, marked_beats, marks_of
from engine.library.wav_sizes import FEW_BYTES, missing_bytes, with_sizes

AUDIO_SUFFIXES = frozenset({".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".mp3"})
LONGEST_S = 300.0
SHORTEST_S = 0.05
SHORTEST_LOOP_S = 0.3
LOWEST_RATE, HIGHEST_RATE = 8000, 192000
MOST_CHANNELS = 8
_LOUDEST = 16.0
_log = logging.getLogger("tao")   # for musicians: the worker and the command line pass its warnings on


def read_loop(path: Path, beats: Quarters | None = None) -> Loop:
    """The whole file as a loop, named after it: WAV, FLAC, AIFF, OGG or MP3, float32 (frames, channels). Without
    `beats`, what the file is marked with counts: the part that a sampler repeats, its slices, and as hints its beats
    and metre, and a tempo in its name.

    Raises UnreadableAudio, saying what to do, when it is not a usable recording.
    """
    name = path.name
    audio, sample_rate = read_audio(path)
    missing = missing_bytes(path)
    if 0 < missing <= FEW_BYTES:
        _log.warning("%s lacks its last %d bytes; what is there is used.", name, missing)
    elif missing:
        raise UnreadableAudio(f"{name} is cut short: its last {missing} bytes are missing. Copy or export it again.")
    check_usable(audio, sample_rate, name)
    slices: tuple[int, ...] = ()
    hints = NO_HINTS
    if beats is None:
        marks = marks_of(path)
        first, end = _marked_loop(len(audio), sample_rate, marks)
        audio, slices = audio[first:end], tuple(at - first for at, _ in marks.slices if first <= at < end)
        hints = _hints(marks, len(audio) / sample_rate, path.stem)
    return Loop(np.ascontiguousarray(audio), sample_rate, readable(path.stem or name), beats,
                tuple(at / sample_rate for at in slices) if len(slices) > 1 else (), hints)


def _hints(marks: Marks, length_s: float, stem: str) -> Hints:
    """What marks and name of a file say about its music. Programs write 4/4 where they do not know the metre."""
    beats = marked_beats(marks, length_s)
    signature = marks.time_signature if beats is not None and marks.time_signature != (4, 4) else None
    return Hints(beats, signature, named_bpm(stem))


def named_bpm(stem: str) -> float | None:
    """The tempo in a file's name, such as "break_096bpm" or "Loop 120 BPM"; None if there is none, or it is absurd."""
    found = re.search(r"(?<![\d.])(\d{2,3}(?:[.,]\d{1,3})?)[ _-]?bpm(?![a-z])|"
                      r"(?<![a-z])bpm[ _-]?(\d{2,3}(?:[.,]\d{1,3})?)(?![\d])", stem, re.IGNORECASE)
    if found is None:
        return None
    bpm = float((found[1] or found[2]).replace(",", "."))
    return bpm if MIN_BPM <= bpm <= MAX_BPM else None


def _marked_loop(frames: int, sample_rate: int, marks: Marks) -> tuple[int, int]:
    """(first frame, frame after the last) of the part that a sampler repeats, if it is long enough for a beat, for a
    shorter one only sustains a sound; else of the whole file."""
    first, end = marks.loop or (0, 0)
    return (first, end) if end <= frames and end - first >= SHORTEST_LOOP_S * sample_rate else (0, frames)


def read_audio(path: Path, first_s: float | None = None) -> tuple[Audio, int]:
    """The audio in a file, float32 (frames, channels), and its sample rate. first_s: read no more than these seconds.

    Raises UnreadableAudio for what is not a regular file (a pipe would never end), is not audio, is empty, is longer
    than five minutes, or says something absurd about itself.
    """
    try:
        audio, sample_rate = _decoded(open_regular(path), path.name, first_s)
        if not len(audio) and (repaired := with_sizes(path)) is not None:
            audio, sample_rate = _decoded(repaired, path.name, first_s)
            _log.warning("%s has a header that was never finished; all the audio after it is used.", path.name)
    except soundfile.SoundFileError as error:
        raise UnreadableAudio(f"{path.name} {_wrong_with(path)}. "
                              "Give a whole WAV, FLAC, AIFF, OGG or MP3 file.") from error
    except (OSError, RuntimeError, TypeError, ValueError, MemoryError) as error:
        raise UnreadableAudio(f"{path.name[:80]!r} could not be read ({_reason(error)}).") from error
    if not len(audio):
        raise UnreadableAudio(f"{path.name} holds no audio; the file is probably cut short. Export it again.")
    return audio, sample_rate


def _decoded(source: int | io.BytesIO, name: str, first_s: float | None) -> tuple[Audio, int]:
    with soundfile.SoundFile(source, closefd=True) as file:
        _check_header(file, name, first_s is None)
        sample_rate = int(file.samplerate)
        return file.read(-1 if first_s is None else round(first_s * sample_rate), dtype="float32",
                         always_2d=True), sample_rate


def check_usable(audio: Audio, sample_rate: int, name: str) -> None:
    """Raise UnreadableAudio unless audio (frames, channels) can be a loop: long enough, and finite."""
    length_s = len(audio) / sample_rate
    if length_s < SHORTEST_S:
        raise UnreadableAudio(f"{name} lasts {1000 * length_s:.0f} ms, too short for a loop; "
                              "record at least a beat.")
    if not np.isfinite(audio).all():
        bad = int(np.argmax(~np.isfinite(audio).all(axis=1)))
        raise UnreadableAudio(f"{name} holds a value that is not a number at {bad / sample_rate:.3f} s; "
                              "export it again from the program that made it.")
    peak = float(np.abs(audio).max())
    if peak > _LOUDEST:
        raise UnreadableAudio(f"{name} peaks {20 * math.log10(peak):.0f} dB above full scale, which no "
                              "recording does; export it again as 24-bit or as float within 1.0.")


def write_wav(path: Path, audio: Audio, sample_rate: int) -> None:
    """Write audio (frames, channels) as a float32 WAV. Raises OSError when it cannot be written."""
    path.write_bytes(wav_bytes(audio, sample_rate))


def wav_bytes(audio: Audio, sample_rate: int) -> bytes:
    """Audio (frames, channels) as a float32 WAV; the same audio is always the same bytes."""
    encoded = io.BytesIO()
    soundfile.write(encoded, audio, sample_rate, format="WAV", subtype="FLOAT")
    data = bytearray(encoded.getvalue())
    if (peaks := data.find(b"PEAK", 12, 128)) >= 0:
        data[peaks + 12 : peaks + 16] = bytes(4)  # libsndfile notes the time of day there
    return bytes(data)


@dataclass(frozen=True, slots=True)
class AudioWriter:
    """Writes WAV files into `folder`; one that is the same in `earlier` becomes a second name of that file."""

    folder: Path
    earlier: Path | None
    sample_rate: int

    def write(self, relative: str, audio: Audio) -> None:
        """Write one file. Raises OSError."""
        path, data = self.folder / relative, wav_bytes(audio, self.sample_rate)
        if self.earlier is None or not _linked(self.earlier / relative, data, path):
            path.write_bytes(data)


def _linked(earlier: Path, data: bytes, path: Path) -> bool:
    """Give `earlier` a second name, if that is what it holds and the file system can."""
    try:
        if earlier.is_symlink() or earlier.stat().st_size != len(data) or earlier.read_bytes() != data:
            return False
        os.link(earlier, path)
    except OSError:
        return False
    return True


def open_regular(path: Path) -> int:
    """A descriptor of a regular file. Opening does not wait for a pipe's other end. Raises UnreadableAudio."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnreadableAudio(f"There is no file {str(path)!r}. Check the name and the folder.") from None
    except PermissionError as error:
        raise UnreadableAudio(f"{path.name} may not be read; change its permissions.") from error
    except (OSError, ValueError) as error:
        if path.is_socket():
            raise UnreadableAudio(f"{path.name} is a socket. Name an audio file.") from error
        raise UnreadableAudio(f"{path.name[:80]!r} could not be opened ({_reason(error)}).") from error
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return handle
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise UnreadableAudio(f"{str(path)!r} is a folder; name an audio file in it.")
    kind = "pipe" if stat.S_ISFIFO(mode) else "device"
    raise UnreadableAudio(f"{path.name} is a {kind}. Name an audio file.")


def _wrong_with(path: Path) -> str:
    """What is wrong with a file that no reader takes: another kind of file is named as what it is."""
    try:
        kind = kind_of(path).partition(";")[0]
    except OSError:
        kind = "recording"
    return "is damaged or is not audio" if "recording" in kind or "unknown" in kind else f"is {kind} and is not audio"


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _check_header(file: soundfile.SoundFile, name: str, whole: bool) -> None:
    if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE:
        raise UnreadableAudio(f"{name} has a sample rate of {file.samplerate} Hz; Tao reads 8 to 192 kHz.")
    if file.channels > MOST_CHANNELS:
        raise UnreadableAudio(f"{name} has {file.channels} channels; Tao reads up to {MOST_CHANNELS}. "
                              "Mix it down to stereo.")
    length_s = file.frames / file.samplerate
    if whole and length_s > LONGEST_S:
        raise UnreadableAudio(f"{name} lasts {length_s / 60:.0f} minutes; a loop lasts at most "
                              f"{LONGEST_S / 60:.0f}. Cut out the bars you want.")
