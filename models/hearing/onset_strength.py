"""The transcriber that needs no weights: kick, snare and hi-hat from band-wise onset strength."""

import numpy as np

from engine.core.errors import NoOnsets
from engine.library.resampling import resampled
from models.hearing.bands import CONTEXT_S, RATE, STFT_FRAMES_PER_S, listen, with_context
from models.hearing.naming import Named, name_onsets
from models.hearing.peaks import attack_frame, peaks
from models.hearing.tempo import guess_tempi
from models.plugins import Audio, Onset, Transcription

_MIN_RISE = 0.02     # log10 units above the mean rise around it
_MIN_PEAK = 10 ** (-70 / 20)
_MIN_CONTRAST = 15.0  # the strongest rise against the median: 9 in steady noise, over 40 in drum loops
_MIN_STRONGEST = 0.15  # log10 units: a hum's own wobble stays below
_SNAP_S = 0.004      # a hit so little before the end is meant to be on the start
_EARLY_S = 0.02      # a hit this little before the end is the first one, cut a little early


class OnsetStrength:
    """`onset-strength`: instant, deterministic, knows three drums. The honest baseline, and stage 0."""

    name = "onset-strength"

    def transcribe(self, audio: Audio, sample_rate: int, beats: int | None = None,
                   circular: bool = True) -> Transcription:
        """Hits and tempo of audio (channels, frames). Raises NoOnsets on silence and on steady noise."""
        mono = np.asarray(audio, np.float32).mean(axis=0)
        length_s = len(mono) / sample_rate
        times_s, rises = attacks(resampled(mono[None], sample_rate, RATE, circular)[0], circular)
        heard = tuple(as_onsets(times_s, name_onsets(rises)))
        return Transcription(heard, guess_tempi(heard, length_s, beats))


def attacks(mono: np.ndarray, circular: bool) -> tuple[np.ndarray, np.ndarray]:
    """Times in s (onsets,) and rises (onsets, bands) of mono audio (frames,) at `RATE`, by time.

    Raises NoOnsets when the audio is silent, or nothing stands out of it as steady noise does not.
    """
    if float(np.abs(mono).max()) < _MIN_PEAK:
        raise NoOnsets("The loop is silent: there is nothing to take apart. Check the input's level.")
    heard = listen(mono, circular)
    context = round(CONTEXT_S * RATE)
    padded = with_context(mono, context, circular)
    found = peaks(heard.strength, _MIN_RISE)
    strongest = float(heard.strength[found].max(initial=0.0))
    if strongest < max(_MIN_STRONGEST, _MIN_CONTRAST * float(np.median(heard.strength))):
        raise NoOnsets("No drum hit was heard in the loop: it holds no clear attacks. Try another loop.")
    frames, kept = [], []
    for stft_frame in found:
        frame = attack_frame(padded, round(stft_frame / STFT_FRAMES_PER_S * RATE), RATE) - context
        if -_EARLY_S * RATE <= frame < len(mono) - _EARLY_S * RATE:
            at_start = frame < 0 and (not circular or frame >= -_SNAP_S * RATE)
            frames.append(0 if at_start else frame % len(mono))
            kept.append(stft_frame)
    if not frames:
        raise NoOnsets("No drum hit was heard in the loop: it holds no clear attacks. Try another loop.")
    order = np.argsort(frames, kind="stable")
    rises = np.array([heard.rise_at(kept[index]) for index in order])
    return np.array(frames)[order] / RATE, rises.reshape(len(kept), -1)


def as_onsets(times_s: np.ndarray, named: list[Named]) -> list[Onset]:
    """The hits by time, velocities in proportion to amplitude, each track's loudest at 1."""
    loudest: dict[str, float] = {}
    for hit in named:
        loudest[hit.track] = max(loudest.get(hit.track, 0.0), hit.amplitude)
    found = [Onset(hit.track, float(times_s[hit.index]),
                   min(1.0, max(hit.amplitude / loudest[hit.track], 0.01)), hit.confidence) for hit in named]
    return sorted(found, key=lambda onset: (onset.time_s, onset.track))
