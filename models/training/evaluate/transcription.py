"""Measure how well transcribers do on loops with known answers: a table of all transcribers.

Onsets are matched as mir_eval does: one to one within a window, drum by drum. Counts are pooled over a group of loops.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from engine.core.errors import TaoError
from engine.core.pattern import TRACK_NAMES
from models.hearing.peak_picking import matched
from models.hearing.quantize import quantize
from models.plugins import Transcriber, Transcription, transcriber
from models.training.evaluate.loops import KnownLoop, read_loops

WINDOWS_S = (0.05, 0.03)
_EARLY_S = 0.06
COLUMNS = ("loops", "F50", "F30", "early", "dev_ms", "velcorr", "acc1", "acc2", "step_F", "exact")


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """loops: a folder of loops with known answers; transcribers: by name."""

    loops: Path
    transcribers: tuple[str, ...] = ("tao", "onset-strength")


@dataclass(slots=True)
class Tally:
    """Counts of one transcriber on one group of loops. correct (drums, windows): hits found within a window; true,
    found (drums,): hits there are, hits found; steps: the same three for steps."""

    loops: int = 0
    failed: int = 0
    correct: np.ndarray = field(default_factory=lambda: np.zeros((len(TRACK_NAMES), len(WINDOWS_S))))
    true: np.ndarray = field(default_factory=lambda: np.zeros(len(TRACK_NAMES)))
    found: np.ndarray = field(default_factory=lambda: np.zeros(len(TRACK_NAMES)))
    early: list[bool] = field(default_factory=list)
    deviations_s: list[float] = field(default_factory=list)
    correlations: list[float] = field(default_factory=list)
    octaves: list[tuple[bool, bool]] = field(default_factory=list)
    steps: np.ndarray = field(default_factory=lambda: np.zeros(3))
    exact: list[bool] = field(default_factory=list)
    confidences: list[tuple[float, bool]] = field(default_factory=list)

    def scores(self) -> dict[str, float]:
        """The table's row; NaN for what could not be measured."""
        pooled = 2 * self.correct.sum(axis=0) / max(self.true.sum() + self.found.sum(), 1)
        tempo = np.array(self.octaves, float).reshape(-1, 2)
        return {"loops": self.loops, "F50": pooled[0], "F30": pooled[1], "early": _mean(self.early),
                "dev_ms": 1000 * _mean(np.abs(self.deviations_s)), "velcorr": _mean(self.correlations),
                "acc1": _mean(tempo[:, 0]), "acc2": _mean(tempo[:, 1]),
                "step_F": 2 * self.steps[0] / max(self.steps[1:].sum(), 1) if self.steps.any() else np.nan,
                "exact": _mean(self.exact)}

    def per_drum(self) -> dict[str, float]:
        """Each drum's F at 50 ms; NaN for a drum that is in no loop."""
        f = 2 * self.correct[:, 0] / np.maximum(self.true + self.found, 1)
        return {name: float(value) if true else np.nan
                for name, value, true in zip(TRACK_NAMES, f, self.true, strict=True)}


def evaluate_transcriber(settings: EvaluationSettings, report: Callable[[str], None] = lambda line: None) -> str:
    """The tables, as Markdown. Raises TaoError without loops, UsageError for an unknown transcriber."""
    loops = read_loops(settings.loops)
    tallies: dict[tuple[str, str], Tally] = {}
    for name in settings.transcribers:
        plugin = transcriber(name)
        for number, loop in enumerate(loops):
            for group in (loop.group, "all"):
                tallies.setdefault((name, group), Tally())
            transcription = transcribed(plugin, loop)
            for group in (loop.group, "all"):
                add(tallies[name, group], loop, transcription)
            report(f"{name}: {number + 1} of {len(loops)} loops")
    return table(tallies)


def transcribed(plugin: Transcriber, loop: KnownLoop) -> Transcription | None:
    """The transcription of a loop; None if it raises a TaoError."""
    try:
        return plugin.transcribe(loop.audio, loop.sample_rate, None, circular=True)
    except TaoError:
        return None


def add(tally: Tally, loop: KnownLoop, transcription: Transcription | None) -> None:
    """Count one loop."""
    tally.loops += 1
    tally.failed += transcription is None
    for drum, name in enumerate(TRACK_NAMES):
        hits = transcription.of(name) if transcription is not None else ()
        truth, times_s = loop.onsets[drum], np.array([onset.time_s for onset in hits])
        pairs = matched(truth[:, 0], times_s, WINDOWS_S[0])
        tally.correct[drum] += [len(matched(truth[:, 0], times_s, window)) for window in WINDOWS_S]
        tally.true[drum] += len(truth)
        tally.found[drum] += len(hits)
        tally.deviations_s += [float(times_s[j] - truth[i, 0]) for i, j in pairs]
        met = {i for i, _ in pairs}
        tally.early += [i in met for i in range(len(truth)) if truth[i, 0] < _EARLY_S]
        right = {j for _, j in pairs}
        tally.confidences += [(onset.confidence, j in right) for j, onset in enumerate(hits)]
        if len(truth) >= 4 and np.std(truth[:, 1]) > 0.02:
            tally.correlations.append(_correlation([truth[i, 1] for i, _ in pairs],
                                                   [hits[j].velocity for _, j in pairs]))
    if loop.bpm is not None:
        ratio = transcription.tempo.bpm / loop.bpm if transcription is not None else 0.0
        near = [abs(ratio * k - 1) <= 0.01 for k in (1, 2, 0.5, 3, 1 / 3)]
        tally.octaves.append((near[0], any(near)))
    if loop.steps is not None and loop.beats is not None:
        _add_steps(tally, loop, transcription)


def _add_steps(tally: Tally, loop: KnownLoop, transcription: Transcription | None) -> None:
    """Count the steps, compared by their positions in quarter notes in the pattern that would be played."""
    positions: dict[str, frozenset[float]] = {}
    if transcription is not None:
        pattern = quantize(transcription.onsets, loop.length_s, round(transcription.tempo.beats))
        for track in pattern.tracks:
            positions[track.name] = frozenset(index / track.steps_per_beat % (loop.beats or 1)
                                              for index, step in enumerate(track.steps) if step is not None)
    for drum, name in enumerate(TRACK_NAMES):
        true, got = (loop.steps or ())[drum], positions.get(name, frozenset())
        tally.steps += [len(true & got), len(true), len(got)]
        if true:
            tally.exact.append(true == got)


def _correlation(true: Sequence[float], found: Sequence[float]) -> float:
    """Pearson's correlation; 0 where it is undefined."""
    if len(true) < 3 or np.std(found) < 1e-6 or np.std(true) < 1e-9:
        return 0.0
    return float(np.corrcoef(true, found)[0, 1])


def _mean(values: object) -> float:
    array = np.asarray(values, float)
    return float(array.mean()) if array.size else float("nan")


def table(tallies: dict[tuple[str, str], Tally]) -> str:
    """Markdown tables: all scores; each drum's F at 50 ms; and the calibration of the confidences."""
    lines = ["| loops | transcriber | " + " | ".join(COLUMNS[1:]) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    drums = ["| loops | transcriber | " + " | ".join(TRACK_NAMES) + " |", "|---" * (len(TRACK_NAMES) + 2) + "|"]
    for (name, group), tally in sorted(tallies.items(), key=lambda item: (item[0][1], item[0][0])):
        scores, per_drum = tally.scores(), tally.per_drum()
        label = f"| {group} ({tally.loops}) | {name} | "
        lines.append(label + " | ".join(_shown(scores[column]) for column in COLUMNS[1:]) + " |")
        drums.append(label + " | ".join(_shown(per_drum[drum]) for drum in TRACK_NAMES) + " |")
    return "\n".join([*lines, "", *drums, "", *_confidence_lines(tallies)])


def _confidence_lines(tallies: dict[tuple[str, str], Tally]) -> list[str]:
    """A table of calibration: by stated confidence, the share of hits that are right (and how many there are)."""
    edges = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
    spans = list(pairwise(edges))
    lines = ["| confidence | " + " | ".join(f"{low:.1f}-{min(high, 1):.1f}" for low, high in spans) + " |",
             "|---" * (len(spans) + 1) + "|"]
    for (name, group), tally in sorted(tallies.items()):
        if group != "all":
            continue
        stated = np.array(tally.confidences, float).reshape(-1, 2)
        shares = [stated[(stated[:, 0] >= low) & (stated[:, 0] < high), 1] for low, high in spans]
        lines.append(f"| {name} | " + " | ".join(f"{_shown(_mean(share))} ({len(share)})" for share in shares) + " |")
    return lines


def _shown(value: float) -> str:
    return "-" if value != value else f"{value:.3f}" if abs(value) <= 1 else f"{value:.2f}"
