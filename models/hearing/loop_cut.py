"""Cut a recording as its reading says: whole beats from beat 1 on. What is heard of it moves along."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.core.pattern import MAX_STEPS
from engine.core.time_signature import bar_quarters
from models.hearing.readings import EXACT_S
from models.plugins import Audio, Curves, Onset, TempoGuess, Transcription

LONGEST_BEATS = 64       # a longer recording may give its best bars only
MOST_BEATS = 128         # a still longer one always does
BEST_BEATS = 32          # how long those are
_AHEAD_S = 0.002         # how much of what is before beat 1 stays, so that no attack is cut
_FADE_S = 0.003
_HELD = 0.97             # of the hits: so many have steps of their own in a pattern that holds them


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """audio (channels, frames): a loop; its transcription; start_s: where in the recording it begins; whole: whether
    it is all of it, though it may begin elsewhere."""

    audio: Audio
    transcription: Transcription
    start_s: float
    whole: bool


def cut_as_read(audio: Audio, sample_rate: int, heard: Transcription) -> Cut:
    """The loop that the best reading finds in a recording; the recording itself where that is all of it.

    A file whose length is that of its beats is turned round until it begins on beat 1; of any other, the beats are cut
    out, with silence where the file begins after beat 1 or ends before the last beat is over.
    """
    tempo = heard.tempo
    length_s = audio.shape[1] / sample_rate
    if tempo.beats > LONGEST_BEATS and not _held(heard.onsets, tempo):
        tempo = best_bars(heard.onsets, tempo)
    elif abs(length_s - tempo.beats * 60.0 / tempo.bpm) < EXACT_S:
        return _turned(audio, sample_rate, heard)
    frames = round(tempo.beats * 60.0 / tempo.bpm * sample_rate)
    start = round((tempo.start_s - _AHEAD_S) * sample_rate)
    start = 0 if 0.0 <= tempo.start_s < _AHEAD_S or abs(start) < 2 else start
    piece = np.zeros((audio.shape[0], frames), np.float32)
    first, last = max(start, 0), min(start + frames, audio.shape[1])
    piece[:, first - start : last - start] = _faded(audio[:, first:last], sample_rate, first > 0,
                                                    last < audio.shape[1])
    start_s = start / sample_rate
    return Cut(piece, moved(heard, start_s, frames / sample_rate, tempo), start_s, False)


def _held(onsets: Sequence[Onset], tempo: TempoGuess) -> bool:
    """Whether a pattern of so many beats has a step for nearly every hit."""
    if tempo.beats > MOST_BEATS:
        return False
    step_s = 60.0 / tempo.bpm / max(int(MAX_STEPS // tempo.beats), 1)
    places = {(onset.track, round((onset.time_s - tempo.start_s) / step_s)) for onset in onsets}
    return len(places) >= _HELD * len(onsets)


def best_bars(onsets: Sequence[Onset], tempo: TempoGuess) -> TempoGuess:
    """The reading of the bars, BEST_BEATS long at most, in which most is played."""
    bar = bar_quarters(tempo.time_signature)
    bars, beat_s = max(int(BEST_BEATS // bar), 1), 60.0 / tempo.bpm
    times_s, loud = (np.array(values) for values in zip(*((one.time_s, one.velocity) for one in onsets), strict=True))
    starts = tempo.start_s + np.arange(int(tempo.beats // bar) - bars + 1) * bar * beat_s
    played = [loud[(times_s > start - 0.02) & (times_s < start + bars * bar * beat_s - 0.02)].sum() for start in starts]
    return replace(tempo, beats=bars * bar, start_s=float(starts[int(np.argmax(played))]))


def moved(heard: Transcription, start_s: float, length_s: float, tempo: TempoGuess) -> Transcription:
    """The hits of a loop that begins at start_s; hits outside are left out. Other readings keep their places."""
    onsets = tuple(replace(onset, time_s=max(onset.time_s - start_s, 0.0)) for onset in heard.onsets
                   if -2 * _AHEAD_S <= onset.time_s - start_s < length_s - 2 * _AHEAD_S)
    curves = None if heard.curves is None else replace(heard.curves, start_s=heard.curves.start_s - start_s)
    return Transcription(onsets, (replace(tempo, bpm=60.0 * tempo.beats / length_s), *heard.tempi[1:]), curves=curves)


def _turned(audio: Audio, sample_rate: int, heard: Transcription) -> Cut:
    """The whole recording, from beat 1 round to beat 1."""
    tempo, length_s = heard.tempo, audio.shape[1] / sample_rate
    exact = replace(tempo, bpm=60.0 * tempo.beats / length_s)
    start = round(tempo.start_s * sample_rate)
    if not start:
        return Cut(audio, Transcription(heard.onsets, (exact, *heard.tempi[1:]), curves=heard.curves), 0.0, True)
    turned = np.ascontiguousarray(np.roll(audio, -start, axis=1))
    onsets = sorted((replace(onset, time_s=(onset.time_s - tempo.start_s) % length_s) for onset in heard.onsets),
                    key=lambda onset: (onset.time_s, onset.track))
    curves = None if heard.curves is None else _turned_curves(heard.curves, tempo.start_s, length_s)
    return Cut(turned, Transcription(tuple(onsets), (exact, *heard.tempi[1:]), curves=curves), tempo.start_s, True)


def _turned_curves(curves: Curves, start_s: float, length_s: float) -> Curves:
    """The curves of a loop turned round until it begins at start_s."""
    times_s = (np.arange(int(np.ceil(length_s * curves.per_s))) / curves.per_s + start_s) % length_s
    places = np.round((times_s - curves.start_s) * curves.per_s).astype(np.int64).clip(0, len(curves.logits) - 1)
    return replace(curves, logits=curves.logits[places], start_s=0.0)


def _faded(piece: Audio, sample_rate: int, fades_in: bool, fades_out: bool) -> Audio:
    """The piece, faded where sound goes on beyond the cut."""
    frames = min(round(_FADE_S * sample_rate), piece.shape[1] // 2)
    faded = np.array(piece, np.float32)
    if fades_in and frames:
        short = min(round(_AHEAD_S * sample_rate / 2), frames)
        faded[:, :short] *= np.linspace(0.0, 1.0, short, dtype=np.float32)
    if fades_out and frames:
        faded[:, -frames:] *= np.linspace(1.0, 0.0, frames, dtype=np.float32)
    return faded
