"""The library with 10,000 one-shots: how long a search takes by words, by sound and by pattern, and building the index.

The one-shots are computed drums in kits with random patterns, and files of their own.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.result import Result
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import Audio
from engine.core.pattern import TRACK_NAMES, Pattern, Step, Track
from engine.library.index.building import update
from engine.library.index.database import Index
from engine.library.index.offering import kits_like, one_shots_like
from engine.library.index.rhythm import rhythm_of
from engine.library.index.text_search import Query, search
from engine.library.kits.decomposition import Source, StoredDecomposition
from engine.library.kits.kit_folder import write_folder
from models.training.synthesis.bank import RATE
from models.training.synthesis.electronic import computed_sounds

KITS, FILES = 2000, 2000  # four one-shots to a kit: 10,000 in all
SEARCHES = 60
WORDS = ("kick", "sn", "break 17", "deep hihat", "cc0 tom 9", "1", "nothing at all", "pack snare 90-110")
DRUMS = ("kick", "snare", "hihat", "tom")


def run() -> list[Result]:
    """Milliseconds of each kind of search, median and worst; seconds to build and to update the index."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sounds = Sounds()
        sounds.write(folder / "library")
        index = folder / "index" / "library.sqlite"
        built_s = _seconds(lambda: Index(index).ask(lambda known: update(known, [folder / "library"])))
        again_s = _seconds(lambda: Index(index).ask(lambda known: update(known, [folder / "library"])))
        rng = np.random.default_rng(5)
        by_words = _searches(lambda turn: Index(index).ask(
            lambda known: search(known, Query(WORDS[turn % len(WORDS)]))))
        heard = [sounds.shot(int(rng.integers(4 * KITS))) for _ in range(SEARCHES)]
        by_sound = _searches(lambda turn: one_shots_like(index, "", heard[turn], RATE))
        played = [rhythm_of(sounds.pattern()).tobytes() for _ in range(SEARCHES)]
        by_pattern = _searches(lambda turn: kits_like(index, played[turn], "kick"))
        size = index.stat().st_size / 2**20
    of = f"{4 * KITS + FILES} one-shots, {KITS} patterns"
    how = f"{SEARCHES} searches over {of}, each of which opens the index, as the sound browser does it"
    return [*_figures("by words", by_words, how), *_figures("by sound", by_sound, f"{how}; ranks all, offers 200"),
            *_figures("by pattern", by_pattern, f"{how}; at every rotation"),
            Result("library: index built", round(built_s, 1), "s", "", f"{of}, one process; {size:.0f} MB"),
            Result("library: nothing has changed", round(again_s, 2), "s", "", "an update of the same index")]


class Sounds:
    """Computed drums: 400 of each kind, each used several times at another pitch and length, so that no two files are
    alike."""

    def __init__(self) -> None:
        made = computed_sounds(808, 400)
        self._rng = np.random.default_rng(808)
        self._shots = {drum: [made.audio[shot.start : shot.start + shot.frames] for shot in made.shots
                              if TRACK_NAMES[shot.drum] == drum] for drum in DRUMS}

    def write(self, folder: Path) -> None:
        """Write kits and files."""
        for number in range(KITS):
            write_folder(folder / f"break {number}", self._kit(number))
            if sys.stderr.isatty() and number % 100 == 0:
                print(f"\rwriting {number} of {KITS} kits", end="", file=sys.stderr)
        for number in range(FILES):
            drum = DRUMS[number % len(DRUMS)]
            file = folder / f"pack {number // 100}" / f"deep {drum} {number}.wav"
            file.parent.mkdir(exist_ok=True)
            soundfile.write(file, self.shot(4 * KITS + number), RATE, subtype="PCM_16")

    def shot(self, number: int) -> Audio:
        """One-shot `number`, (frames, 2) float32."""
        kind = self._shots[DRUMS[number % len(DRUMS)]]
        rng = np.random.default_rng(number)
        sound = kind[number // len(DRUMS) % len(kind)][: RATE]
        speed = 2.0 ** rng.uniform(-0.3, 0.3)
        places = np.arange(0, len(sound) - 1, speed)
        mono = np.interp(places, np.arange(len(sound)), sound) * np.exp(-np.arange(len(places)) / rng.uniform(4e3, 4e4))
        return np.repeat(mono[:, None], 2, axis=1).astype(np.float32)

    def pattern(self) -> Pattern:
        """Two random bars."""
        density = {"kick": 0.25, "snare": 0.2, "hihat": 0.5, "tom": 0.1}
        return Pattern(tuple(Track(drum, tuple(Step(float(self._rng.uniform(0.3, 1.0)))
                                               if self._rng.random() < density[drum] else None for _ in range(32)))
                             for drum in DRUMS), 8)

    def _kit(self, number: int) -> StoredDecomposition:
        audio = {drum: self.shot(4 * number + place) for place, drum in enumerate(DRUMS)}
        shots = {drum: OneShot(sample_id(sound), len(sound)) for drum, sound in audio.items()}
        return StoredDecomposition(float(self._rng.uniform(70, 170)), RATE, Kit(f"break {number}", shots),
                                   self.pattern(), {sample_id(sound): sound for sound in audio.values()},
                                   audio["kick"][:2000], source=Source(f"break {number}.wav", None, "CC0"))


def _searches(search_once: Callable[[int], object]) -> list[tuple[float, float]]:
    """The milliseconds of each search, and those of them that it had the processor; after one that does not count."""
    search_once(0)
    times = []
    for turn in range(SEARCHES):
        had_s = time.process_time()
        took_s = _seconds(partial(search_once, turn))
        times.append((1000.0 * took_s, 1000.0 * (time.process_time() - had_s)))
    return times


def _seconds(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def _figures(name: str, times: list[tuple[float, float]], how: str) -> list[Result]:
    took, had = zip(*times, strict=True)
    return [Result(f"library: search {name}, median", round(statistics.median(took), 1), "ms", "<= 50", how),
            Result(f"library: search {name}, worst", round(max(took), 1), "ms", "", how),
            Result(f"library: search {name}, processor time", round(statistics.median(had), 1), "ms", "",
                   "median of the same searches")]
