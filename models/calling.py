"""Plugins are called here: one that raises, exits or returns nonsense costs one sentence that names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from engine.core.errors import TaoError
from engine.core.names import check_name, readable
from engine.core.time_signature import Quarters, check_time_signature
from models import plugins
from models.plugins import Audio, Extraction, Judge, JudgedExtractor, OnProgress, Stems, Transcription

MOST_ONSETS = 100_000


class PluginFailed(TaoError):
    """A plugin that did not do its work; `__cause__` is what it raised."""


def transcribed(by: plugins.Transcriber, audio: Audio, sample_rate: int, beats: Quarters | None,
                circular: bool = True) -> Transcription:
    """What a transcriber hears. Raises PluginFailed, and what the plugin raises as a TaoError; so do the others."""
    with _answering("transcriber", by):
        heard = by.transcribe(audio, sample_rate, beats, circular=circular)
        _check_transcription(heard, audio.shape[1] / sample_rate)
    return heard


def separated(by: plugins.Separator, audio: Audio, sample_rate: int, transcription: Transcription) -> Stems:
    """A separator's stems."""
    with _answering("separator", by):
        stems = by.separate(audio, sample_rate, transcription)
        _check_stems(stems, audio)
    return stems


def extraction(by: plugins.Extractor, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
               report: OnProgress, judge: Judge | None = None) -> Extraction:
    """An extractor's kit; `judge` has the last word on the hits of one that lets it."""
    with _answering("extractor", by):
        made = (by.extract_judged(audio, sample_rate, transcription, judge, report)
                if judge is not None and isinstance(by, JudgedExtractor) else
                by.extract(audio, sample_rate, stems, transcription, report))
        _check_extraction(made, audio, sample_rate)
    return made


def revision(by: plugins.Extractor, audio: Audio, sample_rate: int, stems: Stems, transcription: Transcription,
             report: OnProgress) -> Extraction:
    """An extractor's kit for hits that the user has corrected."""
    with _answering("extractor", by):
        made = by.revise(audio, sample_rate, stems, transcription, report)
        _check_extraction(made, audio, sample_rate)
    return made


class _Nonsense(Exception):
    """What a plugin returned is not what its contract says."""


@contextmanager
def _answering(kind: str, plugin: object) -> Iterator[None]:
    try:
        yield
    except (TaoError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        name = readable(str(getattr(plugin, "name", type(plugin).__name__)), 60)
        what = str(error) if isinstance(error, _Nonsense) else f"{type(error).__name__}: {error}"
        raise PluginFailed(f"The {kind} {name!r} failed ({readable(what, 200).rstrip('.: ')}). Choose another "
                           f"{kind}, or report this to its author.") from error


def _check_transcription(heard: Transcription, length_s: float) -> None:
    _check(isinstance(heard, Transcription), f"it returned {type(heard).__name__} and not a Transcription")
    _check(len(heard.onsets) <= MOST_ONSETS, f"it found {len(heard.onsets)} hits")
    for onset in heard.onsets:
        _check(isinstance(onset, plugins.Onset), "one of its onsets is not an Onset")
        _check(abs(onset.time_s) <= 2.0 * length_s + 1.0, f"it heard a hit at {onset.time_s:g} s")
        check_name(onset.track, "A track")
    _check(bool(heard.tempi), "it returned no tempo")
    for guess in heard.tempi:
        _check(0.0 < guess.bpm < 1e6 and 0.0 < guess.beats < 1e6
               and abs(guess.start_s) <= length_s, f"it returned the tempo {guess.bpm}")
        check_time_signature(guess.time_signature)


def _check_stems(stems: Stems, audio: Audio) -> None:
    _check(isinstance(stems, dict), f"it returned {type(stems).__name__} and not a dict of stems")
    for name, stem in stems.items():
        check_name(name, "A stem")
        _check_audio(f"the stem {name}", stem)
        _check(stem.shape == audio.shape, f"the stem {name} has the shape {stem.shape}, the loop {audio.shape}")


def _check_extraction(made: Extraction, audio: Audio, sample_rate: int) -> None:
    _check(isinstance(made, Extraction), f"it returned {type(made).__name__} and not an Extraction")
    heard = made.transcription
    if isinstance(heard, Transcription):  # readings begin somewhere in the recording that the loop was cut out of
        heard = replace(heard, tempi=tuple(replace(guess, start_s=0.0) for guess in heard.tempi))
    _check_transcription(heard, audio.shape[1] / sample_rate)
    _check_stems(made.stems, audio)
    for name, shot in made.shots.items():
        check_name(name, "A one-shot")
        for sound in (shot.audio, *(layer.audio for layer in shot.layers)):
            _check_audio(f"the one-shot {name}", sound)
            _check(sound.shape[0] == audio.shape[0] and sound.shape[1] > 0,
                   f"the one-shot {name} has the shape {sound.shape}")


def _check_audio(what: str, audio: Audio) -> None:
    _check(isinstance(audio, np.ndarray) and audio.ndim == 2 and audio.dtype.kind == "f",
           f"{what} is not an array of (channels, frames)")
    _check(bool(np.isfinite(audio).all()), f"{what} holds values that are not numbers")


def _check(good: bool, otherwise: str) -> None:
    if not good:
        raise _Nonsense(otherwise)
