"""The demo loop as a file. Light to import: the loop is computed only where there is no file of it yet."""

from pathlib import Path

from engine.core.errors import TaoError

RATE = 48000


def demo_file(folder: Path) -> Path:
    """The demo loop's file, made if it is not there yet. Raises TaoError when it cannot be written."""
    path = folder / "demo.wav"
    return path if path.exists() else write_demo(folder)


def write_demo(folder: Path) -> Path:
    """Write the demo loop's file; an earlier one stays until the new one is whole. Raises TaoError when it cannot be
    written."""
    from engine.library.audio_files import write_wav
    from engine.library.files import replacing
    from models.demo import demo_loop

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TaoError(f"Cannot make the folder {folder} for the demo: {error.strerror}. Choose another one.") from None
    demo, path = demo_loop(RATE), folder / "demo.wav"
    with replacing(path) as part:
        write_wav(part, demo.audio, demo.sample_rate)
    return path
