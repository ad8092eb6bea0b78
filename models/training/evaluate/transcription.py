"""How well transcribers hear loops with known answers: one table, several of them side by side.

Onsets by mir_eval's definition: a one-to-one matching within a window, drum by drum, counts pooled over the
loops of a group.
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
    """What to evaluate: a folder of loops with truth, transcribers by name."""

    loops: Path
    transcribers: tuple[str, ...] = ("tao", "onset-strength")


@dataclass(slots=True)
class Tally:
    """Counts of one transcriber on one group of loops. found, there, heard: (drums, windows)."""

    loops: int = 0
    failed: int = 0
    found: np.ndarray = field(default_factory=lambda: np.zeros((len(TRACK_NAMES), len(WINDOWS_S))))
    there: np.ndarray = field(default_factory=lambda: np.zeros(len(TRACK_NAMES)))
    heard: np.ndarray = field(default_factory=lambda: np.zeros(len(TRACK_NAMES)))
    early: list[bool] = field(default_factory=list)
    deviations_s: list[float] = field(default_factory=list)
    correlations: list[float] = field(default_factory=list)
    octaves: list[tuple[bool, bool]] = field(default_factory=list)
    steps: np.ndarray = field(default_factory=lambda: np.zeros(3))
    exact: list[bool] = field(default_factory=list)
    confidences: list[tuple[float, bool]] = field(default_factory=list)

    def marks(self) -> dict[str, float]:
        """The table's row; NaN where nothing could be measured."""
        pooled = 2 * self.found.sum(axis=0) / max(self.there.sum() + self.heard.sum(), 1)
        tempo = np.array(self.octaves, float).reshape(-1, 2)
        return {"loops": self.loops, "F50": pooled[0], "F30": pooled[1], "early": _mean(self.early),
                "dev_ms": 1000 * _mean(np.abs(self.deviations_s)), "velcorr": _mean(self.correlations),
                "acc1": _mean(tempo[:, 0]), "acc2": _mean(tempo[:, 1]),
                "step_F": 2 * self.steps[0] / max(self.steps[1:].sum(), 1) if self.steps.any() else np.nan,
                "exact": _mean(self.exact)}

    def per_drum(self) -> dict[str, float]:
        """F at 50 ms of each drum; NaN for a drum that is in no loop."""
        f = 2 * self.found[:, 0] / np.maximum(self.there + self.heard, 1)
        return {name: float(value) if there else np.nan
                for name, value, there in zip(TRACK_NAMES, f, self.there, strict=True)}


def evaluate_transcriber(settings: EvaluationSettings, report: Callable[[str], None] = lambda line: None) -> str:
    """The tables, as Markdown. Raises TaoError without loops, UsageError for an unknown transcriber."""
    loops = read_loops(settings.loops)
    tallies: dict[tuple[str, str], Tally] = {}
    for name in settings.transcribers:
        plugin = transcriber(name)
        for number, loop in enumerate(loops):
            for group in (loop.group, "all"):
                tallies.setdefault((name, group), Tally())
            heard = transcribed(plugin, loop)
            for group in (loop.group, "all"):
                add(tallies[name, group], loop, heard)
            report(f"{name}: {number + 1} of {len(loops)} loops")
    return table(tallies)


def transcribed(plugin: Transcriber, loop: KnownLoop) -> Transcription | None:
    """What it hears; None where it gives up."""
    try:
        return plugin.transcribe(loop.audio, loop.sample_rate, None, circular=True)
    except TaoError:
        return None


def add(tally: Tally, loop: KnownLoop, heard: Transcription | None) -> None:
    """Count one loop."""
    tally.loops += 1
    tally.failed += heard is None
    for drum, name in enumerate(TRACK_NAMES):
        hits = heard.of(name) if heard is not None else ()
        truth, times_s = loop.onsets[drum], np.array([onset.time_s for onset in hits])
        pairs = matched(truth[:, 0], times_s, WINDOWS_S[0])
        tally.found[drum] += [len(matched(truth[:, 0], times_s, window)) for window in WINDOWS_S]
        tally.there[drum] += len(truth)
        tally.heard[drum] += len(hits)
        tally.deviations_s += [float(times_s[j] - truth[i, 0]) for i, j in pairs]
        met = {i for i, _ in pairs}
        tally.early += [i in met for i in range(len(truth)) if truth[i, 0] < _EARLY_S]
        right = {j for _, j in pairs}
        tally.confidences += [(onset.confidence, j in right) for j, onset in enumerate(hits)]
        if len(truth) >= 4 and np.std(truth[:, 1]) > 0.02:
            tally.correlations.append(_correlation([truth[i, 1] for i, _ in pairs],
                                                   [hits[j].velocity for _, j in pairs]))
    if loop.bpm is not None:
        ratio = heard.tempo.bpm / loop.bpm if heard is not None else 0.0
        near = [abs(ratio * k - 1) <= 0.01 for k in (1, 2, 0.5, 3, 1 / 3)]
        tally.octaves.append((near[0], any(near)))
    if loop.steps is not None and loop.beats is not None:
        _add_steps(tally, loop, heard)


def _add_steps(tally: Tally, loop: KnownLoop, heard: Transcription | None) -> None:
    """Positions in quarter notes on the grid of the tempo that was heard, as they would be played."""
    positions: dict[str, frozenset[float]] = {}
    if heard is not None:
        pattern = quantize(heard.onsets, loop.length_s, round(heard.tempo.beats))
        for track in pattern.tracks:
            positions[track.name] = frozenset(index / track.steps_per_beat % (loop.beats or 1)
                                              for index, step in enumerate(track.steps) if step is not None)
    for drum, name in enumerate(TRACK_NAMES):
        true, got = (loop.steps or ())[drum], positions.get(name, frozenset())
        tally.steps += [len(true & got), len(true), len(got)]
        if true:
            tally.exact.append(true == got)


def _correlation(true: Sequence[float], heard: Sequence[float]) -> float:
    """Pearson's, 0 where it is not defined."""
    if len(true) < 3 or np.std(heard) < 1e-6 or np.std(true) < 1e-9:
        return 0.0
    return float(np.corrcoef(true, heard)[0, 1])


def _mean(values: object) -> float:
    array = np.asarray(values, float)
    return float(array.mean()) if array.size else float("nan")


def table(tallies: dict[tuple[str, str], Tally]) -> str:
    """Two Markdown tables: all marks, and F at 50 ms of each drum."""
    lines = ["| loops | transcriber | " + " | ".join(COLUMNS[1:]) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    drums = ["| loops | transcriber | " + " | ".join(TRACK_NAMES) + " |", "|---" * (len(TRACK_NAMES) + 2) + "|"]
    for (name, group), tally in sorted(tallies.items(), key=lambda item: (item[0][1], item[0][0])):
        marks, per_drum = tally.marks(), tally.per_drum()
        label = f"| {group} ({tally.loops}) | {name} | "
        lines.append(label + " | ".join(_shown(marks[column]) for column in COLUMNS[1:]) + " |")
        drums.append(label + " | ".join(_shown(per_drum[drum]) for drum in TRACK_NAMES) + " |")
    return "\n".join([*lines, "", *drums, "", *_confidence_lines(tallies)])


def _confidence_lines(tallies: dict[tuple[str, str], Tally]) -> list[str]:
    """Of the hits said to be so sure, the share that is right (and how many they are)."""
    edges = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
    spans = list(pairwise(edges))
    lines = ["| said | " + " | ".join(f"{low:.1f}-{min(high, 1):.1f}" for low, high in spans) + " |",
             "|---" * (len(spans) + 1) + "|"]
    for (name, group), tally in sorted(tallies.items()):
        if group != "all":
            continue
        said = np.array(tally.confidences, float).reshape(-1, 2)
        shares = [said[(said[:, 0] >= low) & (said[:, 0] < high), 1] for low, high in spans]
        lines.append(f"| {name} | " + " | ".join(f"{_shown(_mean(share))} ({len(share)})" for share in shares) + " |")
    return lines


def _shown(value: float) -> str:
    return "-" if value != value else f"{value:.3f}" if abs(value) <= 1 else f"{value:.2f}"
