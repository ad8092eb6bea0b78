"""Measure how well the rhythm of one loop is put on the sounds of another, on pairs with known answers.

The synthesiser makes two loops of kits and grooves that nothing trained on, and the true result: the source's own
one-shots at the target's hits.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.core.errors import TaoError
from engine.core.loop import Loop
from models.batch.one_file import tools_for
from models.batch.settings import Settings
from models.decompose import Decomposition, decompose
from models.hearing.onset_strength import OnsetStrength
from models.hearing.peak_picking import matched
from models.training.evaluate.metrics import ONE_SHOTS, RATE, STEMS, cosine, mel_db, mfcc, spectral_distance
from models.training.synthesis.bank import Bank, joined, read_packs
from models.training.synthesis.patterns import read_grooves
from models.training.synthesis.resequencing import Made, Pair, draw_pair, in_a_room
from models.transformation.kit_method import Choices, Residual, transformed

_SEED = 4242
_LENGTHS_S = (2.0, 5.0)
_WITHIN_S = 0.05
_TOGETHER_S = 0.03
_HIGH_HZ = 8000.0
_BARELY_DB = -50.0
TRUTH = "the true result"         # its onset F is what the detector can hear at most
COLUMNS = ("onset F", "LSD", "MFCC", "highs dB", "traces", "seconds", "failed")

Method = Callable[[Decomposition, Decomposition], np.ndarray]   # two loops to mono audio at RATE


@dataclass(frozen=True, slots=True)
class TransformationSettings:
    """data: folders of one-shots and patterns; methods: `kit`, or with what becomes of its residual `kit:none`,
    `kit:steps`, `kit:bed`, `kit:latent:FILE`; `latent:FILE`; and to compare with `source` and `target`, which do
    nothing; pairs: how many to make; room: put source and answer into a room."""

    data: tuple[Path, ...]
    methods: tuple[str, ...] = ("kit", "source", "target")
    pairs: int = 16
    transcriber: str = "tao"
    separator: str = "tao"
    extractor: str = "solve"
    room: bool = False


@dataclass(slots=True)
class Tally:
    """The scores of a method, one row a pair."""

    rows: list[tuple[float, ...]] = field(default_factory=list)
    failed: int = 0

    def line(self, name: str) -> str:
        """The means, as a row of the table."""
        means = np.mean(self.rows, axis=0) if self.rows else np.full(len(COLUMNS) - 1, np.nan)
        return f"| {name} | " + " | ".join(f"{value:.2f}" for value in means) + f" | {self.failed} |"


def evaluate_transformation(settings: TransformationSettings,
                            report: Callable[[str], None] = lambda line: None) -> str:
    """A table of the methods' scores. Raises TaoError for unknown plugins or methods, WeightsMissing."""
    methods = {name: method_of(name) for name in settings.methods}
    bank = Bank(joined(*read_packs(settings.data, "val")))
    grooves = read_grooves(settings.data, "val")
    tools = tools_for(Settings(settings.transcriber, settings.separator, settings.extractor))
    tallies = {name: Tally() for name in (TRUTH, *methods)}
    for number in range(settings.pairs):
        rng = np.random.default_rng((_SEED, number))
        pair = draw_pair(rng, bank, grooves, *rng.uniform(*_LENGTHS_S, 2))
        pair = in_a_room(pair, rng) if settings.room else pair
        try:
            loops = [_last(Loop(np.repeat(made.audio[:, None], 2, axis=1), RATE, "loop"), tools)
                     for made in (pair.source, pair.target)]
        except TaoError:
            loops = []
        tallies[TRUTH].rows.append((*scores(pair, pair.answer.audio), 0.0))
        for name, method in methods.items():
            if not loops:
                tallies[name].failed += 1
                continue
            started = time.perf_counter()
            audio = method(*loops)
            tallies[name].rows.append((*scores(pair, audio), time.perf_counter() - started))
        report(f"{number + 1} of {settings.pairs} pairs")
    head = "| method | " + " | ".join(COLUMNS) + " |"
    return "\n".join([head, "|---" * (len(COLUMNS) + 1) + "|", *(tally.line(name) for name, tally in tallies.items())])


def _last(loop: Loop, tools: object) -> Decomposition:
    *_, done = decompose(loop, tools, RATE)  # type: ignore[arg-type]
    return done


def method_of(name: str) -> Method:
    """A method by its name. Raises TaoError."""
    kind, _, argument = name.partition(":")
    if kind == "source":
        return lambda source, target: np.resize(source.audio.mean(axis=1), len(target.audio))
    if kind == "target":
        return lambda source, target: np.asarray(target.audio.mean(axis=1))
    if kind == "kit":
        choices = _choices(argument)
        return lambda source, target: transformed(source, target, choices).audio.mean(axis=0)
    if kind == "latent":
        from models.papers.rhythm.method import Latent

        latent = Latent(argument)
        return lambda source, target: latent.transform(source.audio.T, target.audio.T, RATE).mean(axis=0)
    raise TaoError(f"No method is called {name!r}. There are kit, kit:none, kit:steps, kit:bed, kit:latent, "
                   "latent, each also with :FILE, source and target.")


def _choices(residual: str) -> Choices:
    """The method `kit` with this residual; none, steps, bed, latent:FILE, or empty for the usual one."""
    kind, _, weights = residual.partition(":")
    residuals = {one.value: one for one in Residual}
    if (kind and kind not in residuals) or (weights and kind != Residual.LATENT.value):
        raise TaoError(f"No residual is called {residual!r}. There are kit:{', kit:'.join(residuals)} and "
                       "kit:latent:FILE.")
    if kind != Residual.LATENT.value:
        return Choices(residual=residuals[kind]) if kind else Choices()
    from models.papers.rhythm.method import Latent

    return Choices(residual=Residual.LATENT, latent=Latent(weights))


def scores(pair: Pair, audio: np.ndarray) -> tuple[float, ...]:
    """Of a result (frames,) at RATE: the F of its onsets within 50 ms against the hits of the answer; the log-spectral
    distance in dB and the cosine of MFCCs to the answer; the level above 8 kHz over the answer's, in dB; and traces,
    how much more its spectral flux resembles the source's than the answer's does, 0 for none.

    Onsets of both are those that a fixed detector hears, so that no method is favoured by its own notion of them.
    """
    true = np.resize(pair.answer.audio, len(audio)).astype(np.float64)
    heard = np.asarray(audio, np.float64)
    heard = heard * (np.sqrt(np.mean(true**2)) / max(float(np.sqrt(np.mean(heard**2))), 1e-9))
    return (onset_f(pair.answer, heard), spectral_distance(true, heard, STEMS), cosine(mfcc(true), mfcc(heard)),
            _highs_db(heard) - _highs_db(true), _traces(pair, true, heard))


def onset_f(answer: Made, audio: np.ndarray) -> float:
    """The F of the onsets heard in audio (frames,) at RATE, against the moments of the answer's hits."""
    wanted = _moments(np.sort(answer.at_frames) / RATE)
    try:
        found = OnsetStrength().transcribe(audio[None].astype(np.float32), RATE).onsets
    except TaoError:
        return 0.0
    heard = _moments(np.sort([onset.time_s for onset in found]))
    return 2 * len(matched(wanted, heard, _WITHIN_S)) / max(len(wanted) + len(heard), 1)


def _moments(times_s: np.ndarray) -> np.ndarray:
    """Times without those that follow another within 30 ms."""
    kept: list[float] = []
    for time_s in times_s:
        if not kept or time_s - kept[-1] > _TOGETHER_S:
            kept.append(float(time_s))
    return np.array(kept)


def _highs_db(audio: np.ndarray) -> float:
    """The level above 8 kHz in dB."""
    spectrum = np.abs(np.fft.rfft(audio)) ** 2 / len(audio) ** 2
    return float(10 * np.log10(spectrum[round(_HIGH_HZ * len(audio) / RATE):].sum() + 1e-12))


def _traces(pair: Pair, true: np.ndarray, heard: np.ndarray) -> float:
    """How much more the result's flux correlates with that of the untouched source than the answer's does."""
    source = _flux(np.resize(pair.source.audio, len(true)))
    return float(np.corrcoef(source, _flux(heard))[0, 1] - np.corrcoef(source, _flux(true))[0, 1])


def _flux(audio: np.ndarray) -> np.ndarray:
    """How much rises in each STFT frame."""
    bands = mel_db(audio.astype(np.float64), ONE_SHOTS, RATE / 2)
    rises = np.maximum(np.diff(np.maximum(bands, bands.max() + _BARELY_DB), axis=1), 0.0).sum(axis=0)
    return np.asarray(rises + 1e-9 * np.arange(len(rises)))
