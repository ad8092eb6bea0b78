"""Cut a loop of whole bars out of a recording that is not a loop, by finding its pulse."""

import math

import numpy as np

from engine.core.errors import InvalidValue
from engine.core.loop import Loop
from models.calling import transcribed
from models.hearing.tempo import FASTEST_BPM, MAX_BEATS, SLOWEST_BPM, rating
from models.plugins import Onset, Transcriber

_STEP_BPM = 0.5
_FINALISTS = 12
_AHEAD_S = 0.005


def cut_loop(loop: Loop, transcriber: Transcriber) -> Loop:
    """The whole bars of a recording from its first downbeat on, or whole beats of less than a bar; beats are known.

    The pulse is the tempo on whose sixteenths the onsets are most regular (the length of their vector sum) and whose
    beats make the most musical sense (models.hearing.tempo.rating). Raises NoOnsets, or InvalidValue when the recording
    is shorter than a beat.
    """
    found = transcribed(transcriber, loop.audio.T, loop.sample_rate, _assumed_beats(loop.length_s), circular=False)
    bpm, downbeat_s = pulse(found.onsets, loop.length_s)
    beats = math.floor((loop.length_s - downbeat_s) * bpm / 60.0 + 0.05)
    beats = beats // 4 * 4 if beats >= 4 else beats
    if beats < 1:
        raise InvalidValue(f"{loop.name} lasts {loop.length_s:.2f} s, less than a beat; record more of it.")
    start = round(max(downbeat_s - _AHEAD_S, 0.0) * loop.sample_rate)
    frames = min(round(beats * 60.0 / bpm * loop.sample_rate), len(loop.audio) - start)
    return Loop(loop.audio[start : start + frames].copy(), loop.sample_rate, loop.name, beats)


def _assumed_beats(length_s: float) -> int:
    """A beat count that makes a valid tempo; only the hits matter here."""
    return max(1, min(MAX_BEATS, round(2.0 * length_s)))


def pulse(onsets: tuple[Onset, ...], length_s: float) -> tuple[float, float]:
    """(BPM, first downbeat in s) of onsets in a recording that lasts length_s."""
    times_s = np.array([onset.time_s for onset in onsets])
    loud = np.array([onset.velocity for onset in onsets])
    tempi = np.arange(SLOWEST_BPM, FASTEST_BPM, _STEP_BPM)
    turns = np.exp(2j * np.pi * times_s * tempi[:, None] * 4 / 60.0)
    regular = np.abs(turns @ loud) / loud.sum()
    finalists = tempi[np.argsort(regular)[::-1][:_FINALISTS]]
    rated = []
    for bpm in finalists:
        bpm = _refined(bpm, times_s, loud)
        lag_s = np.angle(np.sum(loud * np.exp(2j * np.pi * times_s * bpm * 4 / 60.0))) * 60.0 / (8 * np.pi * bpm)
        for sixteenth in range(16):
            downbeat_s = (lag_s + sixteenth * 15.0 / bpm) % (240.0 / bpm)
            beats = math.floor((length_s - downbeat_s) * bpm / 60.0 + 0.05) // 4 * 4
            if beats < 4:
                continue
            span_s = beats * 60.0 / bpm
            inside = [Onset(onset.track, onset.time_s - downbeat_s, onset.velocity, onset.confidence)
                      for onset in onsets if -_AHEAD_S <= onset.time_s - downbeat_s < span_s - _AHEAD_S]
            rated.append((rating(inside, span_s, beats) - 0.02 * downbeat_s, bpm, downbeat_s))
    if not rated:
        return float(finalists[0]), float(times_s[0])
    _, bpm, downbeat_s = max(rated)
    return float(bpm), float(downbeat_s)


def _refined(bpm: float, times_s: np.ndarray, loud: np.ndarray) -> float:
    """The tempo near `bpm` at which the onsets are most regular, in steps of 0.005 BPM."""
    for width in (_STEP_BPM, _STEP_BPM / 10):
        near = bpm + np.linspace(-width, width, 21)
        bpm = float(near[np.argmax(np.abs(np.exp(2j * np.pi * times_s * near[:, None] * 4 / 60.0) @ loud))])
    return bpm
