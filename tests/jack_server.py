"""A JACK server of one's own, for tests and benchmarks."""

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def private_jack(log: Path, block_frames: int = 128, sample_rate: int = 48000) -> Iterator[str]:
    """A jackd with the dummy driver under a unique name, which is where clients of this process connect.

    With real-time priority where that is allowed, else without. Ended by its own process id.
    """
    name = f"tao-{uuid.uuid4().hex[:8]}"
    before = {key: os.environ.get(key) for key in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER",
                                                   "JACK_NO_AUDIO_RESERVATION")}
    os.environ.update(JACK_DEFAULT_SERVER=name, JACK_NO_START_SERVER="1", JACK_NO_AUDIO_RESERVATION="1")
    process = None
    try:
        for realtime in (["-R", "-P", "70"], ["-r"]):
            process = _start(name, realtime, log, block_frames, sample_rate)
            if process is not None:
                break
        assert process is not None, f"jackd does not start; see {log}: {log.read_text()[-500:]}"
        yield name
    finally:
        if process is not None:
            _end(process)
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def _start(name: str, realtime: list[str], log: Path, block_frames: int, sample_rate: int
           ) -> subprocess.Popen[bytes] | None:
    """A server that answers, or None."""
    argv = ["jackd", *realtime, "-n", name, "-d", "dummy", "-r", str(sample_rate), "-p", str(block_frames)]
    with log.open("ab") as output:
        process = subprocess.Popen(argv, stdout=output, stderr=output, start_new_session=True)
    waited = subprocess.run(["jack_wait", "-w", "-t", "5", "-s", name], capture_output=True, check=False)
    if waited.returncode == 0 and process.poll() is None:
        return process
    _end(process)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop; after two seconds insist."""
    for stop in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(stop)
        end = time.monotonic() + 2.0
        while time.monotonic() < end:
            if process.poll() is not None:
                return
            time.sleep(0.01)
