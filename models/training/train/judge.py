"""Fit the second look on loops with known answers: decompose each up to the judge, note what the judge sees, and fit.

The loops must be of kits that neither the transcriber nor its classifier was trained on: what a network has learned by
heart it is too sure of, and the judge would learn to trust it.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.errors import NoOnsets, TaoError
from engine.library.audio_files import read_loop
from models import plugins
from models.decompose import stereo
from models.hearing.velocities import velocities_from
from models.naming.evidence import Evidence, evidence_of
from models.plugins import JudgedExtractor, SolvedHits
from models.training.evaluate.loops import read_item
from models.training.train.fit_naming import JudgedLoop, fit_naming

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """loops: folders of loops with known answers; out: the JSON file to write; the plugins that make the evidence."""

    loops: tuple[Path, ...]
    out: Path
    transcriber: str = "tao"
    separator: str = "tao"
    extractor: str = "solve"


class _Seen(Exception):
    """The judge has seen enough: the kit need not be finished."""


def fit_judge(settings: JudgeSettings, report: Report = lambda line: None) -> str:
    """Write the weights, and return them. Raises TaoError without loops, UsageError for an unknown plugin."""
    truths = [path for folder in settings.loops for path in sorted(folder.rglob("truth.json"))]
    if not truths:
        raise TaoError("There is no truth.json under the folders of --loops. A loop is a folder with truth.json beside "
                       "its audio.")
    tools = (plugins.transcriber(settings.transcriber), plugins.separator(settings.separator),
             plugins.extractor(settings.extractor))
    found = []
    for number, path in enumerate(truths, 1):
        known = read_item(path)
        evidence = evidence_in(path.parent / "loop.wav", *tools)
        if evidence is not None:
            found.append(JudgedLoop(evidence, tuple(np.sort(onsets[:, 0]) for onsets in known.onsets), known.kit))
        report(f"{number} of {len(truths)} loops")
    weights = fit_naming(found).to_json()
    settings.out.write_text(weights)
    return weights


def evidence_in(loop_file: Path, transcriber: plugins.Transcriber, separator: plugins.Separator,
                extractor: plugins.Extractor) -> Evidence | None:
    """What the judge of a loop is told; None where no hit is found. Raises TaoError for plugins that have no use for a
    judge."""
    loop = read_loop(loop_file)
    audio = stereo(loop.audio.T, loop.sample_rate, loop.sample_rate)
    try:
        heard = transcriber.transcribe(audio, loop.sample_rate, loop.beats)
    except NoOnsets:
        return None
    curves = heard.curves
    if curves is None or not isinstance(extractor, JudgedExtractor):
        raise TaoError("A judge needs a transcriber that tells its curves, such as tao, and an extractor that asks it, "
                       "such as solve.")
    heard = velocities_from(separator.separate(audio, loop.sample_rate, heard), heard, loop.sample_rate)
    seen: list[SolvedHits] = []

    def look(hits: SolvedHits) -> np.ndarray:
        seen.append(hits)
        raise _Seen

    with contextlib.suppress(_Seen):
        extractor.extract_judged(audio, loop.sample_rate, heard, look)
    return evidence_of(seen[0], heard, curves)
