"""How late the input really arrives: clicks through a loopback, measured once and remembered for each device."""

import json
from pathlib import Path

import numpy as np

from engine.audio.backend import Backend
from engine.audio.click import click_sound
from engine.audio.host import Host
from engine.core.errors import InvalidValue
from engine.library.files import replace_file
from engine.live.conductor import Conductor
from engine.live.journal import Clicked
from engine.live.notices import Notices

CLICKS, APART_S, LEAD_S = 5, 0.4, 0.2
LATEST_S = 0.35  # a click that takes longer is not found
QUIETEST = 0.003  # of full scale; anything quieter was no loopback
MOST_FRAMES = 1 << 20  # several seconds: no correction is as large
AGREE_FRAMES, FEWEST = 1, 3  # so many clicks must agree; a block that was dropped spoils one or two


def arrival(heard: np.ndarray, click: np.ndarray) -> tuple[int, float]:
    """(frame at which `click` begins in `heard`, its gain there), both mono: the place of largest correlation."""
    likeness = np.abs(np.correlate(heard, click, "valid"))
    place = int(np.argmax(likeness))
    return place, float(likeness[place] / np.dot(click, click))


def agreed(arrivals: list[tuple[int, float]]) -> int | None:
    """The frames, out of (frames, gain) of each click, on which most clicks agree; None where too few do."""
    late = sorted(frames for frames, gain in arrivals if gain >= QUIETEST)
    for middle in sorted(late, key=lambda frames: abs(frames - late[len(late) // 2])):
        near = [frames for frames in late if abs(frames - middle) <= AGREE_FRAMES]
        if len(near) >= FEWEST:
            return near[len(near) // 2]
    return None


class Calibration:
    """Measures on request, and knows the correction of every device in `file`. The control thread alone calls it."""

    def __init__(self, file: Path | None, conductor: Conductor, host: Host, notices: Notices) -> None:
        self._file, self._conductor, self._host, self._notices = file, conductor, host, notices
        self._corrections = _read(file)
        self._planned: list[int] = []
        self._backend: Backend | None = None

    @property
    def running(self) -> bool:
        """Whether a measurement is under way."""
        return bool(self._planned)

    def latency_frames(self, backend: Backend) -> int:
        """The latency that the device reports, corrected by what was measured."""
        return backend.latency_frames() + self._corrections.get(_key(backend), 0)

    def begin(self, backend: Backend) -> None:
        """Plan the clicks. Raises InvalidValue while music plays, for it would come back as well."""
        if self._conductor.schedule.latest.playing or self.running:
            raise InvalidValue("Stop the music first (space), then connect an output to an input and calibrate.")
        rate, first = self._host.sample_rate, self._conductor.earliest_frames
        self._backend = backend
        self._planned = [first + round((LEAD_S + APART_S * number) * rate) for number in range(CLICKS)]
        for frame in self._planned:
            self._host.clicks.add(frame, accent=False)
            self._conductor.note(Clicked(frame, False))

    def step(self) -> None:
        """Once all clicks have come back, say and store how late they were."""
        rate, ring = self._host.sample_rate, self._host.processor.capture
        if not self._planned or ring.newest_frame < self._planned[-1] + round(APART_S * rate):
            return
        click, planned, self._planned = click_sound(rate), self._planned, []
        span = round(LATEST_S * rate)
        heard = [ring.read(frame, span + len(click)) for frame in planned]
        late = agreed([arrival(audio[:, side].astype(np.float64), click) for audio in heard
                       for side in [int(np.argmax(np.abs(audio).max(axis=0)))]])
        if late is None:
            self._notices.warn("No click came back clearly. Connect an output to an input, turn both up, and calibrate "
                               "again.")
            return
        self._remember(late)

    def _remember(self, measured: int) -> None:
        assert self._backend is not None
        reported = self._backend.latency_frames()
        self._corrections[_key(self._backend)] = measured - reported
        unsaved = _write(self._file, self._corrections)
        late_ms = 1000 * measured / self._host.sample_rate
        self._notices.say(f"Calibrated: a sound comes back after {measured} frames ({late_ms:.1f} ms); the device "
                          f"reports {reported}.{unsaved}")


def _key(backend: Backend) -> str:
    return f"{backend.name}: {backend.device}, {backend.sample_rate} Hz, {backend.block_frames} frames"


def _read(file: Path | None) -> dict[str, int]:
    """What was measured before; nothing where the file is missing or not ours."""
    if file is None or not file.is_file():
        return {}
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        corrections = {str(key): int(value) for key, value in document["correction_frames"].items()}
        return {key: frames for key, frames in corrections.items() if abs(frames) <= MOST_FRAMES}
    except (OSError, ArithmeticError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}  # the next `calibrate` measures again and rewrites the file


def _write(file: Path | None, corrections: dict[str, int]) -> str:
    """Store it; a sentence when that failed."""
    if file is None:
        return " It is not saved."
    try:
        document = {"schema": "tao.calibration/1", "correction_frames": corrections}
        replace_file(file, json.dumps(document, indent=1).encode())
    except OSError as error:
        return f" It is not saved: {error.strerror}."
    return ""
