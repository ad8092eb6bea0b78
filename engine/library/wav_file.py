"""WAV files for other programs and for hardware: 16 or 24 bits or float, with the marks that samplers read.

`acid` holds tempo and beats, `smpl` the root note and a loop, `cue ` and `LIST adtl` the slices and their names (see
the RIFF specification of Microsoft and IBM, 1991, and libsndfile's wav.c for `acid`).
"""

import io
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from engine.core.errors import UnreadableAudio
from engine.core.exports import ExportSettings
from engine.core.loop import Audio
from engine.core.time_signature import MAX_OVER, UNITS, Quarters, TimeSignature, whole_or_half
from engine.core.timeline import MAX_BPM, MIN_BPM
from engine.library.resampling import resampled

_SUBTYPES = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}
_ONE_SHOT, _ROOT, _STRETCHES = 1, 2, 4
MAX_SLICES = 1024
AGREES = 0.005  # of the beats: tempo and length say the same


@dataclass(frozen=True, slots=True)
class Marks:
    """What a WAV says about its audio. beats: quarter notes, of a loop (`acid` counts in the units of its metre);
    one_shot: it is a single hit; root_note: the MIDI note that plays it as recorded; slices: (frame, name), ascending;
    loop: (first frame, frame after the last) that a sampler repeats, read only."""

    tempo_bpm: float | None = None
    beats: Quarters | None = None
    time_signature: TimeSignature = (4, 4)
    root_note: int | None = None
    one_shot: bool = False
    slices: tuple[tuple[int, str], ...] = ()
    loop: tuple[int, int] | None = None


UNMARKED = Marks()


def write_marked_wav(path: Path, audio: Audio, sample_rate: int, settings: ExportSettings,
                     marks: Marks = UNMARKED) -> None:
    """Write audio (frames, 2) at the bits, rate and channels of the settings. A loop stays seamless.

    Integer samples end at full scale: lower what is louder first, see `full_scale_gain`. Raises OSError.
    """
    rate = settings.sample_rate or sample_rate
    is_loop = marks.beats is not None
    if settings.mono:
        audio = audio.mean(axis=1, keepdims=True, dtype=np.float32)
    out = resampled(audio, sample_rate, rate, circular=is_loop, axis=0)
    marks = replace(marks, slices=tuple((round(at * rate / sample_rate), name) for at, name in marks.slices))
    encoded = io.BytesIO()
    soundfile.write(encoded, out, rate, format="WAV", subtype=_SUBTYPES[settings.bits])
    body = encoded.getvalue()[12:]
    for name, chunk in _chunks(marks, len(out), rate):
        body += (b"\0" if len(body) % 2 else b"") + name + struct.pack("<I", len(chunk)) + chunk
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)


def full_scale_gain(settings: ExportSettings, *audios: Audio) -> float:
    """The gain at which the loudest of these fits integer samples: 1 unless one is above full scale."""
    peak = max((float(np.abs(audio).max()) for audio in audios if audio.size), default=0.0)
    return 1.0 if settings.bits == 32 or peak <= 1.0 else 1.0 / peak


def read_marks(path: Path) -> Marks:
    """What a WAV says about itself. Raises UnreadableAudio when it is no WAV."""
    chunks = _read_chunks(path)
    flags, root, _, _, beats, under, over, bpm = _unpacked("<IHHfIHHf", chunks.get(b"acid", b"")) or (0,) * 8
    one_shot = bool(flags & _ONE_SHOT)
    sampler = _unpacked("<9I", chunks.get(b"smpl", b""))
    note = sampler[3] if sampler else root if flags & _ROOT else None
    is_loop = bool(beats) and not one_shot
    signature = (over, under) if under in UNITS and 1 <= over <= MAX_OVER else (4, 4)
    return Marks(float(bpm) if bpm and is_loop else None, whole_or_half(4 * beats / signature[1]) if is_loop else None,
                 signature, note if note is not None and note < 128 else None, one_shot, _slices(chunks),
                 _sampler_loop(chunks.get(b"smpl", b"")))


def marks_of(path: Path) -> Marks:
    """What a file says about itself; nothing if it is no WAV."""
    try:
        return read_marks(path)
    except (UnreadableAudio, OSError):
        return UNMARKED


def marked_beats(marks: Marks, length_s: float) -> Quarters | None:
    """How many quarter notes a WAV says that its `length_s` seconds last; None if it says nothing, or contradicts
    itself, as loops from some collections do."""
    if marks.beats is None or marks.tempo_bpm is None or not MIN_BPM <= marks.tempo_bpm <= MAX_BPM:
        return None
    counted = length_s * marks.tempo_bpm / 60.0
    return marks.beats if abs(counted - marks.beats) <= AGREES * marks.beats else None


def _chunks(marks: Marks, frames: int, sample_rate: int) -> list[tuple[bytes, bytes]]:
    found = []
    over, under = marks.time_signature
    if marks.beats is not None or marks.one_shot:
        flags = (_ONE_SHOT if marks.one_shot else _STRETCHES) | (_ROOT if marks.root_note is not None else 0)
        found.append((b"acid", struct.pack("<IHHfIHHf", flags, marks.root_note or 60, 0x8000, 0.0,
                                           round((marks.beats or 0) * under / 4), under, over, marks.tempo_bpm or 0.0)))
    if marks.root_note is not None or marks.beats is not None:
        loops = b"" if marks.beats is None else struct.pack("<6I", 0, 0, 0, frames - 1, 0, 0)
        found.append((b"smpl", struct.pack("<9I", 0, 0, round(1e9 / sample_rate), marks.root_note or 60, 0, 0, 0,
                                           len(loops) // 24, 0) + loops))
    if marks.slices:
        found += [(b"cue ", _cues(marks.slices)), (b"LIST", _labels(marks.slices))]
    return found


def _cues(slices: tuple[tuple[int, str], ...]) -> bytes:
    points = b"".join(struct.pack("<II4sIII", number, at, b"data", 0, 0, at)
                      for number, (at, _) in enumerate(slices[:MAX_SLICES], 1))
    return struct.pack("<I", len(points) // 24) + points


def _labels(slices: tuple[tuple[int, str], ...]) -> bytes:
    out = b"adtl"
    for number, (_, name) in enumerate(slices[:MAX_SLICES], 1):
        text = struct.pack("<I", number) + name.encode("ascii", "replace") + b"\0"
        out += b"labl" + struct.pack("<I", len(text)) + text + b"\0" * (len(text) % 2)
    return out


def _read_chunks(path: Path) -> dict[bytes, bytes]:
    """The small chunks of a WAV by name: those of a well-made file are before or after its audio."""
    found: dict[bytes, bytes] = {}
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise UnreadableAudio(f"{path.name} is not a WAV file.")
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data" or size > 1 << 20:
                file.seek(size + size % 2, 1)
            else:
                content = file.read(size + size % 2)[:size]
                found.setdefault(b"adtl" if content[:4] == b"adtl" else name, content)
    return found


def _sampler_loop(sampler: bytes) -> tuple[int, int] | None:
    """The first loop of a `smpl` chunk, as (first frame, frame after the last)."""
    loop = _unpacked("<6I", sampler[36:])
    return None if loop is None or loop[3] < loop[2] else (loop[2], loop[3] + 1)


def _slices(chunks: dict[bytes, bytes]) -> tuple[tuple[int, str], ...]:
    cues, names = chunks.get(b"cue ", b"")[4:], _names(chunks.get(b"adtl", b"")[4:])
    points = [struct.unpack("<II4sIII", cues[at : at + 24]) for at in range(0, len(cues) - 23, 24)]
    return tuple(sorted((point[5], names.get(point[0], "")) for point in points))


def _names(labels: bytes) -> dict[int, str]:
    found, at = {}, 0
    while at + 12 <= len(labels):
        name, size, number = struct.unpack("<4sII", labels[at : at + 12])
        if name == b"labl":
            found[number] = labels[at + 12 : at + 8 + size].rstrip(b"\0").decode("latin-1")
        at += 8 + size + size % 2
    return found


def _unpacked(form: str, data: bytes) -> tuple[int, ...] | None:
    size = struct.calcsize(form)
    return struct.unpack(form, data[:size]) if len(data) >= size else None
