"""A JACK server of one's own, for tests and benchmarks.

JACK remembers at most eight servers, and one that was killed stays among them until a server of the same name
starts. So the names are few and used again: each belongs to whoever holds the lock on a file of that name.
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NAMES = 4
START_S = 60.0  # only a server that neither starts nor ends is waited for so long


@contextlib.contextmanager
def private_jack(log: Path, block_frames: int = 128, sample_rate: int = 48000) -> Iterator[str]:
    """A jackd with the dummy driver under a name nobody else uses now, which is where clients of this process connect.

    With real-time priority where that is allowed, else without. Ended by its own process id.
    """
    with _free_name() as name:
        yield from _served(name, log, block_frames, sample_rate)


class MortalJack:
    """A jackd under one name that can die and come back."""

    def __init__(self, name: str, log: Path) -> None:
        self.name, self._log = name, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, block_frames: int = 128, sample_rate: int = 48000) -> None:
        """Start it, as real-time as is allowed."""
        for realtime in (["-R", "-P", "70"], ["-r"]):
            self._process = _start(self.name, realtime, self._log, block_frames, sample_rate)
            if self._process is not None:
                return
        raise AssertionError(f"jackd does not start; see {self._log}: {self._log.read_text()[-500:]}")

    def kill(self) -> None:
        """As when the cable is pulled."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def mortal_jack(log: Path) -> Iterator[MortalJack]:
    """A running MortalJack, which is where clients of this process connect."""
    with _free_name() as name, _environment(name):
        server = MortalJack(name, log)
        try:
            server.start()
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def _free_name() -> Iterator[str]:
    """One of four names, held for as long as the block lasts."""
    folder = Path(tempfile.gettempdir()) / f"tao-test-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(NAMES):
        name = f"tao-test-{os.getuid()}-{number}"
        with (folder / name).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if _outlived(name):
                continue
            yield name
            return
    raise AssertionError(f"{NAMES} private JACK servers already run; wait for their tests to end.")


def _outlived(name: str) -> bool:
    """Whether a server of that name is still there though nobody holds the name: its tests were killed."""
    return _answers(name)


def _answers(name: str) -> bool:
    """Whether the server of that name takes a client. Asked by another process; Debian moves jack_wait about."""
    program = "import sys, jack; jack.Client('tao-probe', no_start_server=True, servername=sys.argv[1]).close()"
    return subprocess.run([sys.executable, "-c", program, name], capture_output=True, check=False).returncode == 0


def _served(name: str, log: Path, block_frames: int, sample_rate: int) -> Iterator[str]:
    """The server, while the caller uses it."""
    with _environment(name):
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


@contextlib.contextmanager
def _environment(name: str) -> Iterator[None]:
    """Clients of this process, and of those it starts, connect to the server of that name."""
    before = {key: os.environ.get(key) for key in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER",
                                                   "JACK_NO_AUDIO_RESERVATION")}
    os.environ.update(JACK_DEFAULT_SERVER=name, JACK_NO_START_SERVER="1", JACK_NO_AUDIO_RESERVATION="1")
    try:
        yield
    finally:
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
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:  # one that may not be real-time ends at once
        if _answers(name) and process.poll() is None:
            return process
    _end(process)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop; after ten seconds insist, and wait until it is gone."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
