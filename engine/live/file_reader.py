"""The process that reads one file or folder for the screen: whatever that is, it costs this process alone.

    python -m engine.live.file_reader PATH SAMPLE_RATE

One message on stdout says what it is; the sounds of a kit follow it.
"""

import contextlib
import sys
from dataclasses import replace
from pathlib import Path

from engine.bridge.children import step_back
from engine.bridge.codec import Codec
from engine.bridge.wire import write_frame
from engine.core.errors import TaoError
from engine.core.kit import Kit, SampleId, sample_id
from engine.core.loop import Audio
from engine.core.names import readable
from engine.library.importers.kinds import is_recording
from engine.library.importing import Imported, import_file
from engine.library.resampling import resampled
from engine.live.file_messages import Found, IsAudio, IsKitFolder, KitRead, NotOpened, PatternsRead

MEMORY_BYTES, LARGEST_KIT_BYTES = 2 << 30, 256 << 20


def read(path: Path, sample_rate: int) -> tuple[Found, list[Audio]]:
    """What it is, and the sounds of a kit, (frames, 2) at `sample_rate`. Raises TaoError and OSError."""
    if (path / "kit.json").exists():
        return IsKitFolder(), []
    if is_recording(path):
        return IsAudio(), []
    found = import_file(path)
    remarks = tuple(readable(remark) for remark in (found.about_patterns if found.patterns else found.remarks))
    if found.kit is not None:
        kit, samples = _at_rate(found, found.kit, sample_rate)
        if sum(audio.nbytes for audio in samples.values()) > LARGEST_KIT_BYTES:
            raise MemoryError
        return KitRead(kit, tuple((name, len(audio)) for name, audio in samples.items()), remarks), [*samples.values()]
    parts = found.patterns or (() if found.pattern is None else ((found.name, found.pattern),))
    return PatternsRead(readable(found.name), tuple((readable(name, 40), part) for name, part in parts),
                        found.tempo_bpm, remarks), []


def _at_rate(found: Imported, kit: Kit, sample_rate: int) -> tuple[Kit, dict[SampleId, Audio]]:
    """A kit with its sounds at this sample rate."""
    renamed: dict[SampleId, SampleId] = {}
    samples: dict[SampleId, Audio] = {}
    for name, audio in found.samples.items():
        sound = resampled(audio, found.sample_rate, sample_rate, circular=False, axis=0)
        renamed[name] = sample_id(sound)
        samples[renamed[name]] = sound
    length = {name: len(samples[new]) for name, new in renamed.items()}
    shots = {track: replace(shot, sample=renamed[shot.sample], frames=length[shot.sample], layers=tuple(
        replace(layer, sample=renamed[layer.sample], frames=length[layer.sample]) for layer in shot.layers))
        for track, shot in kit.one_shots.items()}
    return Kit(kit.name, shots), samples


def main() -> None:
    """Read what is named on the command line, within the limits. What libraries print goes to stderr."""
    sink = step_back(MEMORY_BYTES)
    audio: list[Audio] = []
    answer: Found | NotOpened
    try:
        answer, audio = read(Path(sys.argv[1]), int(sys.argv[2]))
    except TaoError as error:
        answer = NotOpened(readable(str(error), 400))
    except OSError as error:
        answer = NotOpened(f"{readable(Path(sys.argv[1]).name, 80)} cannot be read: {error.strerror}. Choose another.")
    except MemoryError:
        answer = NotOpened(f"{readable(Path(sys.argv[1]).name, 80)} takes more memory than a kit may.")
    with contextlib.suppress(BrokenPipeError), sink:  # the engine is gone
        write_frame(sink, Codec(()).encode(answer))
        for sound in audio:
            sink.write(sound.data)


if __name__ == "__main__":
    main()
