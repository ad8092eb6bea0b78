"""Fit the space of drum sounds that `idm-heard` fills gaps from: a factor analysis per drum, in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.core.errors import UsageError
from engine.core.pattern import TRACK_NAMES
from models.papers.idm.grid import SHAPE, in_slots, lead_frames, sound_spectra
from models.papers.idm.sound_space import SoundSpace, save_spaces, space_of
from models.separation.inputs import LoopView, view_of
from models.training.synthesis.bank import RATE, Bank, joined, read_packs
from models.training.synthesis.electronic import computed_sounds
from models.training.synthesis.palette import bent, draw_shape

FLOOR = np.log(10 ** (-66 / 20))      # below the loudest cell: inaudible, in nepers
_COMPUTED_SHARE = 0.15
_PLAIN_SHARE = 0.35                   # of sounds that are not bent
_NARROWEST = 0.02                     # the least variance of what is peculiar, in nepers squared
_COMPUTED_EACH = 24


@dataclass(frozen=True, slots=True)
class SoundsSettings:
    """data: folders of one-shots; out: the file to write; sounds: how many of each drum; dimensions: of the embedding;
    licence: "all" or "permissive"."""

    data: tuple[Path, ...]
    out: Path
    sounds: int = 500
    dimensions: int = 24
    licence: str = "all"
    seed: int = 1

    def __post_init__(self) -> None:
        if self.sounds < 4 * self.dimensions:
            raise UsageError(f"An embedding of {self.dimensions} dimensions needs at least {4 * self.dimensions} "
                             f"sounds of each drum, not {self.sounds}.")


def fit_sounds(settings: SoundsSettings, report: Callable[[str], None] = lambda line: None) -> str:
    """Write the spaces of all drums and return the file's SHA-256. The same seed gives the same file."""
    recorded = joined(*read_packs(settings.data, "train", settings.licence))
    bank, computed = Bank(recorded), Bank(computed_sounds(settings.seed, _COMPUTED_EACH))
    view, rng = view_of(4 * RATE, RATE), np.random.default_rng((settings.seed, 2025))
    spaces = {}
    for drum, name in enumerate(TRACK_NAMES):
        if not len(bank.families[drum]):
            continue
        halves: list[list[np.ndarray]] = [[], []]
        for number in range(settings.sounds):
            own = rng.random() >= _COMPUTED_SHARE
            sound, family = drawn(bank if own else computed, drum, rng)
            halves[(family if own else number) % 2].append(cells_of(sound, view, rng))
        spaces[name] = fitted(halves, settings.dimensions)
        report(f"{name}: what no embedding tells is {8.686 * float(np.sqrt(spaces[name].peculiar.mean())):.1f} dB")
    return save_spaces(settings.out, spaces, {"sounds": settings.sounds, "licence": settings.licence,
                                              "seed": settings.seed})


def drawn(bank: Bank, drum: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """A sound of a drum, drawn by family, instrument and articulation, often bent; and the number of its family."""
    family = int(rng.integers(len(bank.families[drum])))
    instruments = bank.families[drum][family]
    members = instruments[int(rng.integers(len(instruments)))]
    group = bank.sounds.groups[int(members[int(rng.integers(len(members)))])]
    shot = bank.sounds.shots[group[int(rng.integers(len(group)))]]
    audio = bank.sounds.audio[shot.start : shot.start + shot.frames]
    return (audio if rng.random() < _PLAIN_SHARE else bent(audio, draw_shape(rng, drum, 1.0))), family


def cells_of(sound: np.ndarray, view: LoopView, rng: np.random.Generator) -> np.ndarray:
    """(cells,) nepers: a sound's log magnitudes on the grid, its loudest cell at 0; its attack lies anywhere within
    half a hop of the grid's."""
    late = int(rng.integers(0, view.spectra.hop_frames)) - view.spectra.hop_frames // 2
    spectra = sound_spectra(np.pad(sound, (lead_frames(view) + late, 0)), view)
    bands = np.sqrt(in_slots(view.folding.fold(np.abs(spectra) ** 2)))
    levels = np.log(np.maximum(bands / max(float(bands.max()), 1e-9), np.exp(FLOOR)))
    return np.asarray(levels, np.float32).reshape(-1)


def fitted(halves: list[list[np.ndarray]], dimensions: int) -> SoundSpace:
    """The space of the sounds (cells,) of both halves. What is peculiar to a sound is measured on the half that the
    loadings were not fitted on; the halves share no family."""
    if not all(len(half) > dimensions for half in halves):     # one family alone
        both = [cells for half in halves for cells in half]
        halves = [both[::2], both[1::2]]
    errors = []
    for mine, other in (halves, halves[::-1]):
        mean, loadings = _factors(np.stack(mine), dimensions)
        away = np.stack(other) - mean
        scale = np.concatenate([loadings, np.ones((len(mean), 1), np.float32)], axis=1)
        inner = scale.T @ scale + 0.1 * np.eye(scale.shape[1])
        errors.append(np.square(away - (np.linalg.solve(inner, scale.T @ away.T).T @ scale.T)).mean(axis=0))
    mean, loadings = _factors(np.stack([cells for half in halves for cells in half]), dimensions)
    peculiar = _smoothed(np.mean(errors, axis=0)) + _NARROWEST
    return space_of(mean.astype(np.float32), loadings.astype(np.float32), peculiar.astype(np.float32))


def _factors(sounds: np.ndarray, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean (cells,) and the loadings (cells, dimensions), each as long as its standard deviation."""
    mean = sounds.mean(axis=0)
    away = sounds - mean
    values, vectors = np.linalg.eigh(away @ away.T / len(away))
    values, vectors = values[::-1][:dimensions], vectors[:, ::-1][:, :dimensions]
    directions = away.T @ vectors
    directions /= np.maximum(np.linalg.norm(directions, axis=0), 1e-9)
    return mean, directions * np.sqrt(np.maximum(values, 0.0))


def _smoothed(variances: np.ndarray) -> np.ndarray:
    """Averages over neighbouring bands."""
    cells = np.pad(variances.reshape(SHAPE), ((2, 2), (0, 0)), mode="edge")
    return np.asarray(np.mean([cells[shift : shift + SHAPE[0]] for shift in range(5)], axis=0).reshape(-1))
