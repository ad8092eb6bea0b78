"""What the worker is asked for: jobs with their numbers, folders and plugins filled in."""

from dataclasses import dataclass
from pathlib import Path

from engine.bridge.messages import DecomposeFile, DecomposeJob, OpenFolder
from engine.bridge.segments import write_segment
from engine.core.loop import Audio, PlayedLoop, Reading
from engine.core.methods import USUAL, Methods, check_installed
from engine.core.names import check_path, readable
from engine.core.pattern import Pattern
from engine.core.time_signature import Quarters
from engine.worker.job import FILE, FOLDER, Job, Kind


@dataclass
class Orders:
    """sample_rate: the engine's; memory_folder: where shared memory lies; kits_folder: where the worker keeps every kit
    that it solves, beside the takes; methods: the plugins that decompose from the next job on; last_id: the number of
    the last job."""

    sample_rate: int
    memory_folder: Path
    kits_folder: Path
    methods: Methods = USUAL
    last_id: int = 0

    def choose_method(self, kind: str, name: str) -> None:
        """Decompose with another plugin. Raises UsageError for one that is not installed."""
        methods = self.methods.changed(kind, name)
        check_installed(methods)
        self.methods = methods

    def about(self, kind: Kind, loop: PlayedLoop, audio: Audio, wanted: Pattern | None = None, sure: bool = True
              ) -> Job:
        """A job about a loop that is loaded, whose audio goes into shared memory. wanted, sure: as of a DecomposeJob.
        Raises TaoError."""
        segment, _ = write_segment(self.memory_folder, [audio])
        message = DecomposeJob(self._new_id(), segment, len(audio), 2, self.sample_rate, loop.name, loop.beats,
                               self.sample_rate, str(self.memory_folder), wanted, sure, str(self.kits_folder),
                               self.methods)
        return Job(message, kind, loop.name, loop)

    def file(self, path: str, beats: Quarters | None = None, readings: tuple[Reading, ...] = ()) -> Job:
        """A job that decomposes an audio file. With `readings` it cuts the recording again, as one of them says. Raises
        InvalidValue for what no file is called."""
        check_path(path)
        message = DecomposeFile(self._new_id(), path, beats, self.sample_rate, str(self.memory_folder),
                                str(self.kits_folder), readings, self.methods)
        return Job(message, FILE, readable(Path(path).stem), recut=bool(readings))

    def folder(self, path: str) -> Job:
        """A job that reads a kit folder. Raises InvalidValue for what no folder is called."""
        check_path(path)
        message = OpenFolder(self._new_id(), path, self.sample_rate, str(self.memory_folder))
        return Job(message, FOLDER, readable(Path(path).name))

    def recording_of(self, job: Job) -> str:
        """Where the recording is that a job is about: the file, or the take of this name."""
        path = job.message.path if isinstance(job.message, DecomposeFile) else ""
        return path or str(self.kits_folder / f"{job.name}.wav")

    def _new_id(self) -> int:
        self.last_id += 1
        return self.last_id
