"""The transcriber `onset-strength`, which needs no weights: kick, snare and hi-hat from band-wise onset strength.

Framing and STFT are madmom's (Böck et al., "madmom: a new Python audio and music signal processing library", 2016).
Onset strength is SuperFlux (Böck & Widmer, DAFx 2013): the rise of each third of an octave over the loudest
neighbouring band some STFT frames earlier, which ignores vibrato. `drum_nmf.py` finds which drums sound at an onset.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from engine.core.errors import NoOnsets
from engine.core.time_signature import Quarters
from engine.library.resampling import resampled
from models.hearing.drum_nmf import DrumHit, drums_of_onsets
from models.hearing.madmom_compat import madmom_module
from models.hearing.monaural import monaural
from models.hearing.peak_picking import peaks
from models.hearing.spectrogram import filterbank
from models.hearing.tempo import guess_tempi
from models.plugins import Audio, Onset, Transcription

RATE = 44100
STFT_FRAMES_PER_S = 200
WINDOW_FRAMES = 2048
BANDS_PER_OCTAVE = 3
MIN_HZ, MAX_HZ = 35.0, 17500.0
CONTEXT_S = 0.5
_LAG, _COMPRESSION = 3, 100.0
_MIN_RISE = 0.02     # log10 units above the mean rise around it
MIN_PEAK = 10 ** (-70 / 20)
_MIN_CONTRAST = 15.0  # the strongest rise over the median: 9 in steady noise, over 40 in drum loops
_MIN_STRONGEST = 0.15  # log10 units: the fluctuations of a hum stay below
_SNAP_S = 0.004      # a hit this little before the end belongs on the start
_EARLY_S = 0.02      # a hit this little before the end is the first one, cut slightly early


class OnsetStrength:
    """`onset-strength`: instant, deterministic, knows three drums. The baseline to compare with."""

    name = "onset-strength"

    def transcribe(self, audio: Audio, sample_rate: int, beats: Quarters | None = None,
                   circular: bool = True) -> Transcription:
        """Hits and tempo of audio (channels, frames). Raises NoOnsets on silence and on steady noise."""
        mono = monaural(audio)
        length_s = len(mono) / sample_rate
        times_s, rises = attacks(resampled(mono[None], sample_rate, RATE, circular)[0], circular)
        onsets = tuple(as_onsets(times_s, drums_of_onsets(rises)))
        return Transcription(onsets, guess_tempi(onsets, length_s, beats))


@dataclass(frozen=True, slots=True, eq=False)
class BandRises:
    """magnitudes (stft_frames, bands), linear; strength (stft_frames,): the mean rise over the bands, in log10 units.
    Both cover the audio with `CONTEXT_S` before and after it."""

    magnitudes: np.ndarray
    strength: np.ndarray

    def rise_at(self, stft_frame: int) -> np.ndarray:
        """(bands,) how much the magnitudes grow from just before this STFT frame to just after it, at least 0."""
        after = self.magnitudes[stft_frame : stft_frame + 6].max(axis=0)
        before = self.magnitudes[max(0, stft_frame - 5) : max(1, stft_frame - 2)].max(axis=0)
        return np.maximum(after - before, 0.0)


def band_rises(mono: np.ndarray, circular: bool) -> BandRises:
    """The band-wise rises of mono audio (frames,) at `RATE`. circular: the context is the audio's other end, so that
    the last tail precedes the first hit; otherwise it is silence."""
    audio = with_context(mono, round(CONTEXT_S * RATE), circular)
    magnitudes = band_magnitudes(audio)
    loudest = max(float(magnitudes.max()), 1e-9)
    level = np.log10(1.0 + _COMPRESSION * magnitudes / loudest)
    neighbours = maximum_filter1d(level, 3, axis=1)
    rise = np.zeros_like(level)
    rise[_LAG:] = np.maximum(level[_LAG:] - neighbours[:-_LAG], 0.0)
    return BandRises(magnitudes, rise.mean(axis=1))


def with_context(mono: np.ndarray, frames: int, circular: bool) -> np.ndarray:
    """The audio with `frames` of its other end, or of silence, before and after it."""
    return np.pad(mono, frames, mode="wrap" if circular else "constant")


def band_magnitudes(audio: np.ndarray) -> np.ndarray:
    """(stft_frames, bands) float32 magnitudes of mono audio (frames,) at `RATE`, summed in thirds of an octave."""
    signal = madmom_module("audio.signal")
    whole = signal.Signal(np.asarray(audio, np.float32), sample_rate=RATE, num_channels=1)
    framed = signal.FramedSignal(whole, frame_size=WINDOW_FRAMES, fps=STFT_FRAMES_PER_S, origin=0)
    transform = madmom_module("audio.stft").ShortTimeFourierTransform(framed)
    spectrogram = np.asarray(madmom_module("audio.spectrogram").Spectrogram(transform))
    return np.dot(spectrogram, filterbank(WINDOW_FRAMES // 2, RATE, MIN_HZ, MAX_HZ, BANDS_PER_OCTAVE))


def attacks(mono: np.ndarray, circular: bool, marked_s: Sequence[float] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Times in s (onsets,) and rises (onsets, bands) of mono audio (frames,) at `RATE`, by time. marked_s: where they
    are, if that is known.

    Raises NoOnsets when the audio is silent, or no rise is as strong as a drum's.
    """
    if float(np.abs(mono).max()) < MIN_PEAK:
        raise NoOnsets("The loop is silent, so there is nothing to decompose. Check the input level.")
    found = band_rises(mono, circular)
    if marked_s:
        at_s = np.unique(np.array(marked_s))
        return at_s, np.array([found.rise_at(round((time_s + CONTEXT_S) * STFT_FRAMES_PER_S)) for time_s in at_s])
    context = round(CONTEXT_S * RATE)
    padded = with_context(mono, context, circular)
    stft_frames = peaks(found.strength, _MIN_RISE)
    strongest = float(found.strength[stft_frames].max(initial=0.0))
    if strongest < max(_MIN_STRONGEST, _MIN_CONTRAST * float(np.median(found.strength))):
        raise NoOnsets("No drum hits were found: the loop has no clear onsets. Try another loop.")
    frames, kept = [], []
    for stft_frame in stft_frames:
        frame = attack_frame(padded, round(stft_frame / STFT_FRAMES_PER_S * RATE), RATE) - context
        if -_EARLY_S * RATE <= frame < len(mono) - _EARLY_S * RATE:
            at_start = frame < 0 and (not circular or frame >= -_SNAP_S * RATE)
            frames.append(0 if at_start else frame % len(mono))
            kept.append(stft_frame)
    if not frames:
        raise NoOnsets("No drum hits were found: the loop has no clear onsets. Try another loop.")
    order = np.argsort(frames, kind="stable")
    rises = np.array([found.rise_at(kept[index]) for index in order])
    return np.array(frames)[order] / RATE, rises.reshape(len(kept), -1)


def attack_frame(mono: np.ndarray, near: int, sample_rate: int, search_s: float = 0.012) -> int:
    """The frame at which the hit near frame `near` starts: never late, at most 1 ms early.

    It is found where a 1 ms envelope grows by the largest ratio within 2 ms, then followed back to where that rise
    begins. mono (frames,) extends at least search_s to either side of `near`.
    """
    first = max(near - round(search_s * sample_rate), 0)
    last = min(near + round(search_s * sample_rate), len(mono))
    span = max(round(0.002 * sample_rate), 2)
    part = np.abs(np.diff(mono[max(first - 1, 0) : last + span], prepend=0.0)).astype(np.float64)
    part += 0.1 * np.abs(mono[max(first - 1, 0) : last + span])
    envelope = uniform_filter1d(part, max(span // 2, 1), origin=-(max(span // 2, 1) // 2))
    ground = 0.02 * float(envelope.max()) + 1e-12
    if len(envelope) <= span + 1:
        return near
    ratio = np.log((envelope[span:] + ground) / (envelope[:-span] + ground))
    steepest = int(np.argmax(ratio))
    top = float(envelope[steepest : steepest + 2 * span].max())
    start = steepest + span
    floor = float(envelope[max(steepest - span, 0) : steepest + 1].min())
    while start > 0 and envelope[start] > floor + 0.1 * (top - floor):
        start -= 1
    return max(first - 1, 0) + start


def as_onsets(times_s: np.ndarray, hits: list[DrumHit]) -> list[Onset]:
    """The hits by time, with velocities in proportion to amplitude, the loudest of each track at 1."""
    loudest: dict[str, float] = {}
    for hit in hits:
        loudest[hit.track] = max(loudest.get(hit.track, 0.0), hit.amplitude)
    found = [Onset(hit.track, float(times_s[hit.index]),
                   min(1.0, max(hit.amplitude / loudest[hit.track], 0.01)), hit.confidence) for hit in hits]
    return sorted(found, key=lambda onset: (onset.time_s, onset.track))
