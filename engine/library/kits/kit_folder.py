"""A decomposition folder, readable without Tao: kit.json, loop.wav, oneshots/, stems/, residual.wav, pattern.mid, and
recording.wav where the loop is only a part of what was recorded."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from engine.core.errors import TaoError, UnreadableAudio, UnreadableKit
from engine.core.kit import Kit, sample_id
from engine.core.loop import Audio
from engine.core.names import readable
from engine.library.audio_files import AudioWriter, read_audio
from engine.library.files import safe_name
from engine.library.folder_swap import add_folder, replace_folder, restore_aside
from engine.library.kits.alignment import lined_up_with_loop, lined_up_with_recording
from engine.library.kits.decomposition import StoredDecomposition
from engine.library.kits.kit_json import (
    KEYS,
    MAX_KIT_BYTES,
    as_played_from_json,
    candidates_from_json,
    layer_from_json,
    layers_of,
    one_shot_from_json,
    onsets_from_json,
    pattern_from_json,
    readings_from_json,
    source_from_json,
    to_json,
    unknown_of,
)
from engine.library.kits.kit_schema import document_of
from engine.library.midi_file import write_midi

RECORDING = "recording.wav"
READS = 10  # attempts to read a folder that is replaced meanwhile

class UnwritableFolder(TaoError):
    """A decomposition that could not be written."""


def write_folder(folder: Path, stored: StoredDecomposition) -> None:
    """Write a decomposition in the place of the one in `folder`, if there is one; files that are not part of it stay.

    Whatever happens, `folder` is the old decomposition or the new one. Audio that stays the same is not written again.
    Raises UnwritableFolder when the folder is read-only, the disk full, or a file is in the way.
    """
    with _explained(folder):
        replace_folder(folder, lambda new: _write(new, stored, folder), files_of)


def write_new_folder(folder: Path, stored: StoredDecomposition) -> Path:
    """Write a decomposition where nothing is yet; its path, which differs from `folder` only if something has come
    there meanwhile. Raises UnwritableFolder."""
    with _explained(folder):
        return add_folder(folder, lambda new: _write(new, stored))


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """`write_folder` for a decomposition that another computer has written: its files, by relative path."""
    with _explained(folder):
        replace_folder(folder, lambda new: _write_files(new, files), files_of)


def write_new_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """`write_new_folder` for the files of a decomposition that another computer has written, by relative path."""
    with _explained(folder):
        return add_folder(folder, lambda new: _write_files(new, files))


def files_of(folder: Path) -> set[str]:
    """The relative paths of what Tao wrote as the decomposition in `folder`; without a kit.json, none.

    A file that was put there by hand has another name, even if kit.json names it.
    """
    try:
        document = read_document(folder)
    except UnreadableKit:
        return set()
    files = {"kit.json", "loop.wav", "residual.wav", "pattern.mid"}
    files |= {RECORDING} if document.get("recording") == RECORDING else set()
    tracks = _sounding(document)
    for track, base in zip(tracks, _file_names(tracks), strict=True):
        files |= {f"oneshots/{base}.wav", f"stems/{base}.wav"}
        layers = track.get("layers")
        count = len(layers) if isinstance(layers, list) else 0
        files |= {f"oneshots/{base}.{number}.wav" for number in range(1, count + 1)}
    return files


def read_folder(folder: Path) -> StoredDecomposition:
    """Read a folder written by Tao or by hand. Raises UnreadableKit, naming what is wrong with it."""
    restore_aside(folder)
    for _ in range(READS):
        with _held(folder) as is_the_same:
            try:
                stored = _read(folder)
            except UnreadableKit:
                if is_the_same():
                    raise
            else:
                if is_the_same():
                    return stored
    raise UnreadableKit(f"{str(folder)!r} is being replaced all the time; try again when that is over.")


def inside(folder: Path, relative: object) -> Path:
    """The file a document names. Raises UnreadableKit unless its path is relative and stays in the folder."""
    if not isinstance(relative, str) or not relative:
        raise UnreadableKit(f"kit.json names a file by {relative!r}, which is not a path.")
    path = PurePosixPath(relative.replace("\\", "/"))
    whole = folder / path
    if path.is_absolute() or not whole.resolve().is_relative_to(folder.resolve()):
        raise UnreadableKit(f"kit.json points to {relative!r}, outside its own folder; that is not read.")
    return whole


def _read(folder: Path) -> StoredDecomposition:
    document = read_document(folder)
    pattern = pattern_from_json(document)
    tracks = _sounding(document)
    loop, sample_rate = _audio(folder, "loop.wav")
    samples, shots, stems = {}, {}, {}
    for track in tracks:
        if track.get("oneshot"):
            sample = _at_rate(folder, track["oneshot"], sample_rate)
            samples[sample_id(sample)] = sample
            layers = []
            for entry in layers_of(track):
                layer = _at_rate(folder, entry.get("oneshot"), sample_rate)
                samples[sample_id(layer)] = layer
                layers.append(layer_from_json(entry, sample_id(layer), len(layer)))
            shots[track["name"]] = one_shot_from_json(track, sample_id(sample), len(sample), tuple(layers))
        if track.get("stem"):
            stems[track["name"]] = _at_rate(folder, track["stem"], sample_rate)
    residual = _at_rate(folder, "residual.wav", sample_rate) if (folder / "residual.wav").exists() else None
    return lined_up_with_loop(StoredDecomposition(
        float(document["tempo_bpm"]), sample_rate, Kit(document.get("name", readable(folder.name)), shots), pattern,
        samples, loop, residual, document.get("match"), stems,
        {track["name"]: onsets_from_json(track) for track in tracks if track.get("onsets")},
        {track["name"]: track["match"] for track in tracks if track.get("match") is not None},
        source_from_json(document), document.get("made_by") or {},
        {key: value for key, value in document.items() if key not in KEYS},
        {track["name"]: unknown for track in tracks if (unknown := unknown_of(track))},
        as_played_from_json(document, pattern), candidates_from_json(document),
        {track["name"]: track["second_name"] for track in tracks if track.get("second_name")},
        readings_from_json(document),
        _at_rate(folder, document["recording"], sample_rate) if document.get("recording") else None))


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[Callable[[], bool]]:
    """Hold the folder and its kit.json open, and yield a function that says whether they are still in their places.

    Only while they are held can nothing that replaces them, or what replaces that, get their numbers from the system.
    """
    with contextlib.ExitStack() as stack:
        held: list[tuple[Path, os.stat_result | bool]] = []
        for path in (folder, folder / "kit.json"):
            found: os.stat_result | bool = os.path.lexists(path)
            with contextlib.suppress(OSError):
                handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                stack.callback(os.close, handle)
                found = os.fstat(handle)
            held.append((path, found))
        yield lambda: all(_is_at(path, found) for path, found in held)


def _is_at(path: Path, found: os.stat_result | bool) -> bool:
    """Whether what was found there is there still; of what could not be opened, whether there was anything."""
    if isinstance(found, bool):
        return os.path.lexists(path) == found
    try:
        return os.path.samestat(path.stat(), found)
    except OSError:
        return False


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn an OSError into one sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnwritableFolder(f"{str(folder)!r} could not be written: {reason}. Name a folder you may write to, "
                               "on a disk with room.") from error


def _write(folder: Path, stored: StoredDecomposition, earlier: Path | None = None) -> None:
    """Write everything into an empty folder. earlier: a folder to take audio from that is the same there."""
    for sub in ("oneshots", "stems"):
        (folder / sub).mkdir()
    writer = AudioWriter(folder, earlier, stored.sample_rate)
    stored = lined_up_with_recording(stored)
    document = to_json(stored)
    writer.write("loop.wav", stored.loop)
    if stored.residual is not None:
        writer.write("residual.wav", stored.residual)
    if stored.recording is not None:
        document["recording"] = RECORDING
        writer.write(RECORDING, stored.recording)
    tracks = _sounding(document)
    for track, base in zip(tracks, _file_names(tracks), strict=True):
        _write_track(writer, stored, track, base)
    notes = {track["name"]: track["midi_note"] for track in tracks}
    write_midi(folder / "pattern.mid", stored.pattern, stored.tempo_bpm, notes)
    (folder / "kit.json").write_bytes(json.dumps(document, indent=1).encode())


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for relative, data in files.items():
        path = inside(folder, relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _write_track(writer: AudioWriter, stored: StoredDecomposition, track: dict[str, Any], base: str) -> None:
    name = track["name"]
    shot = stored.kit.one_shots.get(name)
    track["oneshot"], track["stem"] = None, None
    if shot is not None:
        track["oneshot"] = f"oneshots/{base}.wav"
        writer.write(track["oneshot"], stored.samples[shot.sample])
        written = {shot.sample: track["oneshot"]}
        for layer, entry in zip(shot.layers, track["layers"], strict=True):
            if layer.sample not in written:
                written[layer.sample] = f"oneshots/{base}.{len(written)}.wav"
                writer.write(written[layer.sample], stored.samples[layer.sample])
            entry["oneshot"] = written[layer.sample]
    if name in stored.stems:
        track["stem"] = f"stems/{base}.wav"
        writer.write(track["stem"], stored.stems[name])


def _sounding(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every entry of a document that may name audio: its tracks, and the sounds without a track."""
    return [*document["tracks"], *(document.get("sounds") or [])]


def _file_names(tracks: list[dict[str, Any]]) -> list[str]:
    """What the files of each track are called, all different also where a file system ignores case."""
    names: list[str] = []
    for track in tracks:
        base = name = safe_name(track["name"])
        number = 1
        while name.casefold() in map(str.casefold, names):
            number += 1
            name = f"{base}-{number}"
        names.append(name)
    return names


def read_document(folder: Path) -> dict[str, Any]:
    """The kit.json of a folder as plain values, checked by type. Raises UnreadableKit."""
    path = folder / "kit.json"
    if not folder.is_dir():
        raise UnreadableKit(f"There is no folder {str(folder)!r}; `decompose LOOP -o DIR` makes one.")
    try:
        if path.exists() and not path.is_file():
            raise UnreadableKit(f"{str(path)!r} is not a file, so it cannot be read.")
        if path.stat().st_size > MAX_KIT_BYTES:
            raise UnreadableKit(f"{str(path)!r} is larger than any kit.json; is it the right file?")
        document = document_of(path.read_bytes(), repr(str(path)))
    except FileNotFoundError:
        raise UnreadableKit(f"{str(folder)!r} holds no kit.json; `decompose LOOP -o DIR` makes one.") from None
    except OSError as error:
        raise UnreadableKit(f"{str(path)!r} cannot be read: {str(error).rstrip('.')}.") from error
    if not document["schema"].startswith("tao.kit/1"):
        raise UnreadableKit(f"{str(path)!r} has the schema {document.get('schema')!r}; this Tao reads tao.kit/1.")
    return document


def _at_rate(folder: Path, relative: object, sample_rate: int) -> Audio:
    audio, found = _audio(folder, relative)
    if found != sample_rate:
        raise UnreadableKit(f"{relative} is at {found} Hz and loop.wav at {sample_rate}; they must be equal.")
    return audio


def _audio(folder: Path, relative: object) -> tuple[Audio, int]:
    path = inside(folder, relative)
    try:
        audio, sample_rate = read_audio(path)
    except UnreadableAudio as error:
        raise UnreadableKit(f"{str(path)!r} is missing or is not audio; the kit cannot be used without it. "
                            f"{error}") from error
    if not np.isfinite(audio).all():
        raise UnreadableKit(f"{str(path)!r} holds values that are not numbers.")
    stereo = audio[:, :2] if audio.shape[1] > 1 else np.repeat(audio, 2, axis=1)
    return np.ascontiguousarray(stereo), sample_rate
