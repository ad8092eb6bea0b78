"""The tests' quick worker, which also keeps each kit as a folder beside its take, as Tao's own worker does.

    python -m benchmarks.crashing.worker
"""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine.bridge.codec import Codec
from engine.bridge.messages import TO_WORKER, CancelWork, DecomposeJob
from engine.bridge.segments import map_segment
from engine.bridge.wire import read_frame
from engine.library.files import free_path, safe_name
from engine.library.kits.decomposition import Source, StoredDecomposition
from engine.library.kits.kit_folder import write_new_folder
from tests.peer_worker import answer, whole_loop_kit

KEEPING_WORKER = (sys.executable, "-m", "benchmarks.crashing.worker")


def keep(job: DecomposeJob) -> None:
    """Write the kit that the answer will hold, before the answer says that it is done."""
    audio = np.array(map_segment(job.segment, job.frames, job.channels))
    kit, pattern, samples = whole_loop_kit(job.name, audio, int(job.beats or 4))
    stored = StoredDecomposition(120.0, job.sample_rate, kit, pattern, samples, audio, source=Source(job.name))
    write_new_folder(free_path(Path(job.kits), safe_name(job.name)), stored)


def main() -> None:
    """Answer jobs until the engine hangs up. A disk without room costs the folder, not the answer."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    codec = Codec(TO_WORKER)
    while (data := read_frame(sys.stdin.buffer)) is not None:
        message: Any = codec.decode(data).message
        if isinstance(message, CancelWork):
            continue
        if isinstance(message, DecomposeJob) and message.kits:
            try:
                keep(message)
            except Exception as error:  # noqa: BLE001  the outermost loop: the log says why, the kit plays all the same
                print(f"not kept: {error}", file=sys.stderr, flush=True)
        answer(out, codec, message)


if __name__ == "__main__":
    main()
