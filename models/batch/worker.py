"""A process of the pool: jobs come in on stdin, what comes of them goes out on stdout.

    python -m models.batch.worker SETTINGS

SETTINGS is JSON. The process ends when stdin does, whatever it is doing: a folder is written as a whole or not at all.
"""

import os
import queue
import signal
import sys
import threading
import time
import traceback
from dataclasses import fields
from typing import Any, BinaryIO

import msgspec

from engine.bridge.wire import read_frame, write_frame
from engine.core.errors import TaoError
from engine.core.names import MAX_NOTICE, readable
from models import plugins
from models.batch.jobs import Advanced, Beat, Failed, Finished, FromChild, Job, Ready, Unfit
from models.batch.settings import Settings

BEAT_S = 1.0


class Worker:
    """Does jobs in the main thread. A second thread reads, a third says how much processor time was used."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, settings: Settings) -> None:
        self._source, self._sink, self._settings = source, sink, settings
        self._jobs: queue.Queue[Job] = queue.Queue()
        self._turn = threading.Lock()  # to write
        self._tools: Any = None

    def run(self) -> None:
        """Load the tools, then do jobs for as long as there is a pool."""
        threading.Thread(target=self._read, name="jobs", daemon=True).start()
        threading.Thread(target=self._beat, name="beat", daemon=True).start()
        try:
            with plugins.loading("The decomposition"):
                from models.batch.one_file import tools_for
            self._tools = tools_for(self._settings)
        except TaoError as error:
            self._say(Unfit(readable(str(error), MAX_NOTICE), error.exit_code))
        else:
            self._say(Ready())
        while True:
            self._say(self._outcome(self._jobs.get()))

    def _outcome(self, job: Job) -> Finished | Failed:
        try:
            return self._decomposed(job)
        except TaoError as error:
            if isinstance(error.__cause__, Exception | SystemExit):
                traceback.print_exception(error.__cause__, file=sys.stderr)
            return Failed(readable(str(error), MAX_NOTICE))
        except MemoryError:
            return Failed("There is not enough memory for this file. Cut it shorter, or use fewer --jobs.")
        except (Exception, SystemExit) as error:  # noqa: BLE001  the outermost loop: one file costs one sentence
            traceback.print_exc(file=sys.stderr)
            return Failed(f"The decomposition failed ({readable(f'{type(error).__name__}: {error}', 200)}).")

    def _decomposed(self, job: Job) -> Finished:
        from engine.library.kits.kit_folder import write_folder, write_new_folder
        from models.batch.one_file import decomposed, words_about

        kit = decomposed(job.file, self._settings, self._tools, lambda stage, share: self._say(Advanced()))
        self._say(Advanced())
        folder = job.kit
        if job.overwrite:
            write_folder(folder, kit)
        else:
            folder = write_new_folder(folder, kit)
        return Finished(os.fsencode(folder), words_about(kit))

    def _read(self) -> None:
        try:
            while (data := read_frame(self._source)) is not None:
                self._jobs.put(msgspec.msgpack.decode(data, type=Job))
        finally:
            end()

    def _beat(self) -> None:
        while True:
            self._say(Beat(time.process_time()))
            time.sleep(BEAT_S)

    def _say(self, message: FromChild) -> None:
        try:
            with self._turn:
                write_frame(self._sink, msgspec.msgpack.encode(message))
        except OSError:
            end()  # nobody listens any more


def end() -> None:
    """End this process at once; as the first of its group, with all that plugins have started."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def settings_from(text: str) -> Settings:
    """The settings in a JSON text."""
    written = msgspec.json.decode(text, type=dict[str, Any])
    return Settings(**{one.name: written[one.name] for one in fields(Settings)})


def main() -> None:
    """Serve stdin and stdout. What libraries print goes to stderr."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, sink, settings_from(sys.argv[1])).run()


if __name__ == "__main__":
    main()
