"""The verb `render`: a decomposition or a recorded session as a WAV file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # the command line answers -h without loading NumPy
    import numpy as np


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
    from engine.library.outputs import check_file
    from engine.server.compile import compile_kernels, shown

    check_file(out, overwrite)
    with shown() as progress:
        compile_kernels(progress)
    if (folder / "log").is_file():
        from engine.sessions.replay import replay_session

        audio, sample_rate = replay_session(folder)
    else:
        audio, sample_rate = render_decomposition(folder, passes)
    with (replacing if overwrite else adding)(out) as part:
        write_wav(part, audio, sample_rate)
    click.echo(f"{out}: {len(audio) / sample_rate:.2f} s at {sample_rate} Hz", err=True)


def render_decomposition(folder: Path, passes: int) -> "tuple[np.ndarray, int]":
    """The kit played by its pattern, round and round: (frames, 2) float32 and its sample rate."""
    from engine.core.machine import Machine
    from engine.core.timeline import Timeline
    from engine.dsp.offline import render_offline
    from engine.library.kit_folder import read_folder

    kept = read_folder(folder)
    machine = Machine(Timeline(kept.tempo_bpm, kept.sample_rate), kept.pattern, kept.kit, playing=True)
    once = machine.timeline.frames_at(kept.pattern.ticks)
    return render_offline(machine, kept.samples, (passes + 1) * once)[once:], kept.sample_rate
