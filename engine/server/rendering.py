"""The verb `render`: a decomposition or a recorded session as a WAV file."""

import struct
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

if TYPE_CHECKING:  # the command line answers -h without loading NumPy
    import numpy as np

NOT_HERE = 0xFFFFFFFF  # a size that is in the chunk ds64 instead


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path), help="The WAV file to write.")
@click.option("--overwrite", is_flag=True, help="Replace the WAV file if it exists.")
@click.option("--passes", type=click.IntRange(1, 64), default=1, show_default=True,
              help="How many times to play the loop.")
def render(folder: Path, out: Path, overwrite: bool, passes: int) -> None:
    """Render a decomposition or a session (FOLDER) as a WAV file.

    The file is float32. A decomposition becomes a seamless loop: the tails of its last hits ring into its beginning.
    A session sounds as it did live, bit for bit.
    """
    from engine.library.audio_files import write_wav
    from engine.library.files import adding, replacing
    from engine.library.outputs import check_file, check_not_read, check_wav
    from engine.server.compile import compile_kernels, shown

    check_wav(out)
    check_file(out, overwrite)
    check_not_read(out, (folder,))
    with shown() as progress:
        compile_kernels(progress)
    writing = replacing if overwrite else adding
    if (folder / "log").is_file():
        with writing(out) as part:
            frames, sample_rate = write_session(folder, part)
    else:
        audio, sample_rate = render_decomposition(folder, passes)
        frames = len(audio)
        with writing(out) as part:
            write_wav(part, audio, sample_rate)
    click.echo(f"{out}: {frames / sample_rate:.2f} s at {sample_rate} Hz", err=True)


def write_session(folder: Path, path: Path) -> tuple[int, int]:
    """Replay a session into a file as it is rendered; its frames and its sample rate. Says what of it cannot be read.

    Raises UnreadableJournal, and OSError when the disk is full.
    """
    import numpy as np

    from engine.live.journal_reading import read_journal
    from engine.sessions.replay import length_of, replayed
    from engine.takes.take_file import FRAME_BYTES

    performance = read_journal(folder)
    for problem in performance.problems:
        click.echo(f"tao: {problem}", err=True)
    frames, rate = length_of(performance), performance.session.sample_rate
    with path.open("wb") as file:
        file.write(header_of(frames, rate))
        written = 0
        for at, piece in replayed(performance, frames):
            _write_silence(file, (at - written) * FRAME_BYTES)
            file.write(np.ascontiguousarray(piece, "<f4").tobytes())
            written = at + len(piece)
        _write_silence(file, (frames - written) * FRAME_BYTES)
    return frames, rate


def _write_silence(file: BinaryIO, size: int) -> None:
    """Write so many zeros; a gap may be hours long."""
    while size > 0:
        size -= file.write(bytes(min(size, 1 << 20)))


def header_of(frames: int, sample_rate: int) -> bytes:
    """The header of a WAV of float32 stereo; beyond 4 GiB that of RF64 (EBU Tech 3306), which sox and DAWs read."""
    from engine.takes.take_file import FRAME_BYTES, IEEE_FLOAT, MAX_FRAMES, wav_header

    if frames <= MAX_FRAMES:
        return wav_header(frames, sample_rate)
    size = frames * FRAME_BYTES
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, IEEE_FLOAT, 2, sample_rate, sample_rate * FRAME_BYTES, FRAME_BYTES,
                       32, 0)
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, 4 + 36 + len(form) + 8 + size, size, frames, 0)
    return (struct.pack("<4sI4s", b"RF64", NOT_HERE, b"WAVE") + sizes + form
            + struct.pack("<4sI", b"data", NOT_HERE))


def render_decomposition(folder: Path, passes: int) -> "tuple[np.ndarray, int]":
    """The kit played by its pattern, round and round: (frames, 2) float32 and its sample rate."""
    from engine.core.machine import Machine
    from engine.core.timeline import Timeline
    from engine.dsp.offline import render_offline
    from engine.library.kits.kit_folder import read_folder

    kept = read_folder(folder)
    machine = Machine(Timeline(kept.tempo_bpm, kept.sample_rate), kept.pattern, kept.kit, playing=True)
    once = machine.timeline.frames_at(kept.pattern.ticks)
    return render_offline(machine, kept.samples, (passes + 1) * once)[once:], kept.sample_rate
