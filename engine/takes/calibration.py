"""How late a sound really comes back: clicks through the loopback, measured once, remembered for each device."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.audio.backend import Backend
from engine.audio.click import click_sound
from engine.audio.host import Host
from engine.core.errors import InvalidValue
from engine.core.snapshot import Notice
from engine.library.files import replace_file
from engine.live.conductor import Conductor
from engine.live.journal import Clicked

CLICKS, APART_S, LEAD_S = 5, 0.4, 0.2
LATEST_S = 0.35  # a sound that takes longer is not looked for
QUIETEST = 0.003  # of full scale; below that it was no loopback
AGREE_FRAMES = 1


def arrival(heard: np.ndarray, click: np.ndarray) -> tuple[int, float]:
    """(frame at which `click` begins in `heard`, its gain there), both mono: the place of largest correlation."""
    likeness = np.abs(np.correlate(heard, click, "valid"))
    place = int(np.argmax(likeness))
    return place, float(likeness[place] / np.dot(click, click))


class Calibration:
    """Measures on request, and knows the correction of every device in `file`. The control thread alone calls it."""

    def __init__(self, file: Path | None, conductor: Conductor, host: Host, tell: Callable[[Notice], None]) -> None:
        self._file, self._conductor, self._host, self._tell = file, conductor, host, tell
        self._corrections = _read(file)
        self._planned: list[int] = []
        self._backend: Backend | None = None

    @property
    def running(self) -> bool:
        """Whether clicks are on their way."""
        return bool(self._planned)

    def latency_frames(self, backend: Backend) -> int:
        """The latency that the device reports, corrected by what was measured."""
        return backend.latency_frames() + self._corrections.get(_key(backend), 0)

    def begin(self, backend: Backend) -> None:
        """Plan the clicks. Raises InvalidValue while something plays: it would be heard as well."""
        if self._conductor.schedule.latest.playing or self.running:
            raise InvalidValue("Stop the music first (space); then connect an output to an input and calibrate.")
        rate, first = self._host.sample_rate, self._conductor.earliest_frames
        self._backend = backend
        self._planned = [first + round((LEAD_S + APART_S * number) * rate) for number in range(CLICKS)]
        for frame in self._planned:
            self._host.clicks.add(frame, accent=False)
            self._conductor.note(Clicked(frame, False))

    def tick(self) -> None:
        """Look whether all clicks have come back; then say, and store, how late."""
        rate, ring = self._host.sample_rate, self._host.processor.capture
        if not self._planned or ring.newest_frame < self._planned[-1] + round(APART_S * rate):
            return
        click, planned, self._planned = click_sound(rate), self._planned, []
        span = round(LATEST_S * rate)
        heard = [ring.read(frame, span + len(click)) for frame in planned]
        found = [arrival(audio[:, side].astype(np.float64), click) for audio in heard
                 for side in [int(np.argmax(np.abs(audio).max(axis=0)))]]
        late = sorted(frames for frames, _ in found)
        if min(gain for _, gain in found) < QUIETEST or late[-1] - late[0] > AGREE_FRAMES:
            self._tell(Notice("No click came back clearly: connect an output to an input, turn both up, and calibrate "
                              "again.", urgent=True))
            return
        self._remember(late[len(late) // 2])

    def _remember(self, measured: int) -> None:
        assert self._backend is not None
        reported = self._backend.latency_frames()
        self._corrections[_key(self._backend)] = measured - reported
        unsaved = _write(self._file, self._corrections)
        self._tell(Notice(f"Calibrated: a sound comes back after {measured} frames "
                          f"({1000 * measured / self._host.sample_rate:.1f} ms); the device says {reported}.{unsaved}"))


def _key(backend: Backend) -> str:
    return f"{backend.name}: {backend.device}, {backend.sample_rate} Hz, {backend.block_frames} frames"


def _read(file: Path | None) -> dict[str, int]:
    """What was measured before; nothing where the file is missing or not ours."""
    if file is None or not file.exists():
        return {}
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return {str(key): int(value) for key, value in document["correction_frames"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # measured again by the next `calibrate`, which writes it anew


def _write(file: Path | None, corrections: dict[str, int]) -> str:
    """Store it; a sentence when that failed."""
    if file is None:
        return " It is not stored."
    try:
        document = {"schema": "tao.calibration/1", "correction_frames": corrections}
        replace_file(file, json.dumps(document, indent=1).encode())
    except OSError as error:
        return f" It is not stored: {error.strerror}."
    return ""
