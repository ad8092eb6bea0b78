"""Measure how well sets of plugins decompose loops with known stems and one-shots: a table of all sets."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
import soundfile

from engine.core.errors import TaoError
from engine.core.pattern import TRACK_NAMES
from engine.core.time_signature import Quarters
from engine.library.audio_files import read_loop
from engine.library.kits.alignment import place_of
from models import plugins
from models.decompose import Decomposition, Tools, decompose
from models.plugins import Onset, TempoGuess, Transcription
from models.storing import heard_at
from models.training.charts.bars import Bars, draw_bars
from models.training.evaluate.loops import KnownLoop, read_item
from models.training.evaluate.metrics import Scores, best_shot_scores, mono, stem_scores
from models.training.evaluate.transcription import Tally as HitTally
from models.training.evaluate.transcription import add as add_hits

HIT_COLUMNS = ("F50", "F30", "velcorr", "acc1", "step_F", "exact")
COLUMNS = ("stems SI-SDR", "LSD", "MFCC", "shots SI-SDR", "LSD", "MFCC", "match", "failed", "seconds")
_QUIETEST = 0.02                  # the least velocity: an Onset's cannot be 0


@dataclass(frozen=True, slots=True)
class DecompositionSettings:
    """loops: a folder of loops with known answers; every transcriber is combined with every separator and extractor.
    oracle: use the true hits instead of transcribers. second_look: whether hits and names are judged once a loop is
    solved. picture: also draw an SVG."""

    loops: Path
    transcribers: tuple[str, ...] = ("tao",)
    separators: tuple[str, ...] = ("tao",)
    extractors: tuple[str, ...] = ("solve",)
    oracle: bool = False
    second_look: bool = True
    picture: Path | None = None


@dataclass(slots=True)
class Tally:
    """The scores of one set of plugins on one group of loops, by drum."""

    stems: dict[str, list[Scores]] = field(default_factory=lambda: {name: [] for name in TRACK_NAMES})
    shots: dict[str, list[Scores]] = field(default_factory=lambda: {name: [] for name in TRACK_NAMES})
    hits: HitTally = field(default_factory=HitTally)
    matches: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def row(self) -> list[float]:
        """The table's columns; NaN for what could not be measured."""
        numbers = []
        for kind in (self.stems, self.shots):
            scores = [one for found in kind.values() for one in found]
            numbers += [_mean(one.si_sdr for one in scores), _mean(one.lsd for one in scores),
                        _mean(one.mfcc for one in scores)]
        return [*numbers, _mean(self.matches), self.failed, _mean(self.seconds)]


class Oracle:
    """`oracle`: a transcriber that knows the answer."""

    name = "oracle"

    def __init__(self, known: KnownLoop) -> None:
        hits = [Onset(TRACK_NAMES[drum], float(time_s), float(np.clip(np.nan_to_num(velocity, nan=1.0), _QUIETEST, 1)))
                for drum, onsets in enumerate(known.onsets) for time_s, velocity in onsets]
        bpm = known.bpm or 120.0
        tempo = TempoGuess(bpm, float(known.beats or max(round(known.length_s * bpm / 60), 1)))
        self._truth = Transcription(tuple(sorted(hits, key=lambda onset: (onset.time_s, onset.track))), (tempo,))

    def transcribe(self, audio: plugins.Audio, sample_rate: int, beats: Quarters | None = None,
                   circular: bool = True) -> Transcription:
        return self._truth


class WithoutCurves:
    """A transcriber that does not tell its curves, so that nothing is judged later."""

    def __init__(self, plugin: plugins.Transcriber) -> None:
        self._plugin, self.name = plugin, plugin.name

    def transcribe(self, audio: plugins.Audio, sample_rate: int, beats: Quarters | None = None,
                   circular: bool = True) -> Transcription:
        return replace(self._plugin.transcribe(audio, sample_rate, beats, circular=circular), curves=None)


def evaluate_decomposition(settings: DecompositionSettings,
                           report: Callable[[str], None] = lambda line: None) -> str:
    """The tables, as Markdown. Raises TaoError without loops, UsageError for an unknown plugin."""
    truths = sorted(settings.loops.rglob("truth.json"))
    if not truths:
        raise TaoError(f"There is no truth.json under {settings.loops}. A loop is a folder with truth.json beside "
                       "its audio.")
    tallies: dict[tuple[str, str], Tally] = {}
    transcribers = ("oracle",) if settings.oracle else settings.transcribers
    for transcriber, separator, extractor in product(transcribers, settings.separators, settings.extractors):
        label = f"{transcriber} + {separator} + {extractor}"
        split, cut = plugins.separator(separator), plugins.extractor(extractor)
        opened = None if settings.oracle else plugins.transcriber(transcriber)
        if opened is not None and not settings.second_look:
            opened = WithoutCurves(opened)
        for number, path in enumerate(truths):
            known = read_item(path)
            tools = Tools(opened or Oracle(known), split, cut)
            counted = [tallies.setdefault((group, label), Tally()) for group in (known.group, "all")]
            _measure(path, known, tools, counted)
            report(f"{label}: {number + 1} of {len(truths)} loops")
    if settings.picture is not None:
        draw_bars(settings.picture, _bars(tallies))
    return table(tallies)


def _measure(path: Path, known: KnownLoop, tools: Tools, tallies: Sequence[Tally]) -> None:
    """Decompose one loop and add its scores to every tally. A missing stem or one-shot counts as silence."""
    truth = json.loads(path.read_text())
    loop = read_loop(path.parent / truth["loop"])
    started = time.perf_counter()
    done: Decomposition | None = None
    try:
        *_, done = decompose(loop, tools, loop.sample_rate)
    except TaoError:
        done = None
    spent = time.perf_counter() - started
    if done is not None:
        done = _where_it_was_recorded(done)
    top_hz = truth["sample_rate"] / 2
    for tally in tallies:
        tally.seconds.append(spent)
        tally.failed += done is None
        add_hits(tally.hits, known, None if done is None else done.transcription)
        if done is not None and done.match is not None:
            tally.matches.append(done.match)
    for track in truth["tracks"]:
        name = track["name"]
        if truth["has"]["stems"]:
            stem = None if done is None or name not in done.stems else mono(done.stems[name], done.sample_rate)
            scores = stem_scores(_read(path.parent / track["stem"]), stem, top_hz)
            for tally in tallies:
                tally.stems[name].append(scores)
        if truth["has"]["oneshots"]:
            truths = [_read(path.parent / file) for file in track["oneshots"]]
            scores = best_shot_scores(truths, _shot(done, name), top_hz)
            for tally in tallies:
                tally.shots[name].append(scores)


def _where_it_was_recorded(done: Decomposition) -> Decomposition:
    """Hits and stems as a folder has them, where they lie in the recording: it is what the answers are about."""
    place = place_of(done.readings, done.audio, done.recording, done.sample_rate)
    length_s = len(done.audio) / done.sample_rate
    times_s = [heard_at(one.time_s, length_s) for one in done.transcription.onsets]
    if place is not None:
        times_s = [place.time_in_recording(time_s) for time_s in times_s]
        done = replace(done, stems={name: place.in_recording(stem) for name, stem in done.stems.items()})
    moved = [replace(one, time_s=time_s) for one, time_s in zip(done.transcription.onsets, times_s, strict=True)]
    onsets = sorted(moved, key=lambda one: (one.time_s, one.track))
    return replace(done, transcription=replace(done.transcription, onsets=tuple(onsets)))


def _shot(done: Decomposition | None, name: str) -> np.ndarray | None:
    if done is None or name not in done.kit.one_shots:
        return None
    return mono(done.samples[done.kit.one_shots[name].sample], done.sample_rate)


def _read(path: Path) -> np.ndarray:
    audio, rate = soundfile.read(path, always_2d=True)
    return mono(audio, rate)


def table(tallies: dict[tuple[str, str], Tally]) -> str:
    """Two Markdown tables: all scores, and each drum's SI-SDR of stems / one-shots."""
    lines = ["| loops | plugins | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    drums = ["| loops | plugins | " + " | ".join(TRACK_NAMES) + " |", "|---" * (len(TRACK_NAMES) + 2) + "|"]
    for (group, label), tally in sorted(tallies.items()):
        head = f"| {group} ({len(tally.seconds)}) | {label} | "
        lines.append(head + " | ".join(_shown(number) for number in tally.row()) + " |")
        drums.append(head + " | ".join(
            " / ".join(_shown(_mean(one.si_sdr for one in kind[name])) for kind in (tally.stems, tally.shots))
            for name in TRACK_NAMES) + " |")
    return "\n".join([*lines, "", *drums, "", *_hit_lines(tallies)])


def _hit_lines(tallies: dict[tuple[str, str], Tally]) -> list[str]:
    """A table of the hits: scores as for transcribers, and for each drum how many are right / called / true."""
    lines = ["| loops | plugins | " + " | ".join((*HIT_COLUMNS, "P", "R", *TRACK_NAMES)) + " |",
             "|---" * (len(HIT_COLUMNS) + 4 + len(TRACK_NAMES)) + "|"]
    for (group, label), tally in sorted(tallies.items()):
        hits, scores = tally.hits, tally.hits.scores()
        right = hits.correct[:, 0]
        shares = [right.sum() / max(float(whole.sum()), 1.0) for whole in (hits.found, hits.true)]
        counts = [f"{right[drum]:.0f}/{hits.found[drum]:.0f}/{hits.true[drum]:.0f}" for drum in range(len(TRACK_NAMES))]
        numbers = [*(scores[column] for column in HIT_COLUMNS), *shares]
        lines.append(f"| {group} ({hits.loops}) | {label} | " + " | ".join(
            [*("-" if number != number else f"{number:.3f}" for number in numbers), *counts]) + " |")
    return lines


def _bars(tallies: dict[tuple[str, str], Tally]) -> list[Bars]:
    """The SI-SDR of stems and of one-shots, as a group of bars for each group of loops."""
    found: dict[str, Bars] = {}
    for what, column in (("stems", 0), ("one-shots", 3)):
        for (group, label), tally in sorted(tallies.items()):
            title = f"{what} {group}"
            found.setdefault(title, Bars(title, {})).values[label] = tally.row()[column]
    return [bars for bars in found.values() if np.isfinite(list(bars.values.values())).all()]


def _mean(values: object) -> float:
    array = np.fromiter(values, float)  # type: ignore[call-overload]
    return float(array.mean()) if array.size else float("nan")


def _shown(value: float) -> str:
    return "-" if value != value else str(value) if isinstance(value, int) else f"{value:.2f}"
