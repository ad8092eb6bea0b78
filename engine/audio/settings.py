"""The settings of an engine process, passed once on its command line."""

from dataclasses import dataclass

import msgspec

from engine.core.errors import UsageError
from engine.core.methods import USUAL, Methods, check_installed
from engine.rack.plugin import check_rack
from engine.rack.pyo_rack import CHUNK_FRAMES

AUTO = "auto"
TRANSPORT = ("follow", "lead", "off")
AUDIO = (AUTO, "jack", "portaudio", "null")


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """audio: the backend, or auto for the first that is there; device, input_device: names of PortAudio's, None its
    default.

    sample_rate in Hz and block_frames are what is asked of portaudio and null (a JACK server decides itself).
    effects: the name of a rack, or bypass: gain and limiter alone. connect: whether to connect JACK ports to the
    hardware. frame_port: adds a JACK port that carries each frame's number modulo 2**20, for measuring. worker_argv:
    the worker's command line, empty for none; methods: the plugins that it decomposes with until others are chosen; a
    job is stopped after job_stall_s without progress (a quick computer is never silent for more than 13 s). capture_s:
    how much input and output is remembered. calibration_file: where measured latencies are kept, empty for nowhere;
    midi_file: likewise for MIDI connections and the controller map; library_index, library_folders: the library's index
    and the file that remembers its folders, empty for no library. link: whether the clock source `auto` includes
    Ableton Link. transport: what to do with JACK's, one of TRANSPORT, None for what was saved. resume: the folder of a
    session to resume, empty for none. Folders are created.
    """

    audio: str
    takes_folder: str
    sessions_folder: str
    device: str | None = None
    input_device: str | None = None
    sample_rate: int = 48000
    block_frames: int = 128
    effects: str = "pyo"
    connect: bool = True
    frame_port: bool = False
    client_name: str = "tao"
    worker_argv: tuple[str, ...] = ()
    methods: Methods = USUAL
    job_stall_s: float = 180.0
    capture_s: float = 64.0
    calibration_file: str = ""
    midi_file: str = ""
    library_index: str = ""
    library_folders: str = ""
    link: bool = False
    transport: str | None = None
    resume: str = ""

    def __post_init__(self) -> None:
        if self.audio not in AUDIO:
            raise UsageError(f"No audio backend is called {self.audio!r}. Choose auto, jack, portaudio or "
                             "null.")
        if self.transport not in (None, *TRANSPORT):
            raise UsageError(f"JACK's transport is not to be {self.transport!r}. Choose {', '.join(TRANSPORT[:-1])} or "
                             f"{TRANSPORT[-1]}.")
        check_rack(self.effects)
        check_installed(self.methods)
        if not 8000 <= self.sample_rate <= 192000:
            raise UsageError(f"Sample rates lie between 8000 and 192000 Hz; {self.sample_rate} was asked for.")
        if not 64 <= self.block_frames <= 4096 or self.block_frames % CHUNK_FRAMES:
            raise UsageError(f"A block is a multiple of {CHUNK_FRAMES} frames, up to 4096; "
                             f"{self.block_frames} was asked for.")

    def to_json(self) -> str:
        """One line of JSON."""
        return msgspec.json.encode(self).decode()


def settings_from_json(line: str) -> EngineSettings:
    """The settings in `line`. Raises UsageError."""
    try:
        return msgspec.json.decode(line, type=EngineSettings)
    except msgspec.MsgspecError as error:
        raise UsageError(f"The engine's settings could not be read: {error}") from None
