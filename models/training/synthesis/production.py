"""Effects that drums meet on their way to a record, on batches of loops, in torch, on any device.

Loops are circular, so filters and rooms are circular convolutions, computed as products of spectra. Each loop gets its
own settings; an effect runs only on the loops that have it.

Audio is (rows, parts, frames): part 0 is the loop, the others may be its stems. Every effect is linear, or a gain that
part 0 determines (a compressor; a saturation, whose gain is output over input, sample by sample), and all parts get the
same one, so stems that add up to the loop before do so afterwards. Only noise and bit reduction belong to no stem.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.training.synthesis.bank import RATE

Rng = np.random.Generator
_GRID = 256                       # points of an equaliser curve, evenly spaced in log frequency
_LOW_HZ, _HIGH_HZ = 20.0, 22050.0
_CODEC_FRAMES, _MASKING_BINS = 1024, 12
_LEVEL_HOP = 44                   # frames per level of the compressor's detector: about 1 ms
# the probability of each effect on a loop that gets any
_SPACE, _BUS, _DRIVE, _NOISE, _TONE, _CODEC, _CRUSH = 0.75, 0.6, 0.4, 0.5, 0.6, 0.15, 0.12


def produced(audio: Tensor, rng: Rng, share: float = 0.7) -> Tensor:
    """audio (rows, frames) with random effects on `share` of the rows; each row at peak 1."""
    return produced_parts(audio[:, None], rng, share)[:, 0]


def produced_parts(audio: Tensor, rng: Rng, share: float = 0.7) -> Tensor:
    """Loops with their stems (rows, parts, frames) with random effects on `share` of the rows; each part 0 at peak
    1."""
    device, rows = audio.device, audio.shape[0]
    audio = _at_peak(audio)
    wet = rng.random(rows) < share
    chosen = np.nonzero(wet)[0]
    if len(chosen):
        part = audio[torch.from_numpy(chosen).to(device)]
        part = _chain(part, rng)
        audio = audio.index_copy(0, torch.from_numpy(chosen).to(device), part)
    return _at_peak(audio)


def _at_peak(audio: Tensor) -> Tensor:
    return audio / audio[:, :1].abs().amax(dim=2, keepdim=True).clamp(min=1e-6)


def _chain(audio: Tensor, rng: Rng) -> Tensor:
    """Equaliser, room and width; bus compressor; saturation; noise; equaliser and low-pass; codec; bit reduction."""
    rows = audio.shape[0]
    audio = _where(audio, rng.random(rows) < _SPACE, lambda x: _spaced(x, rng))
    audio = _where(_at_peak(audio), rng.random(rows) < _BUS, lambda x: x * bus_gain(x[:, 0], rng)[:, None])
    audio = _where(_at_peak(audio), rng.random(rows) < _DRIVE, lambda x: _driven(x, rng))
    audio = _where(_at_peak(audio), rng.random(rows) < _NOISE, lambda x: _noisy(x, rng))
    audio = _where(audio, rng.random(rows) < _TONE, lambda x: _toned(x, rng))
    audio = _where(audio, rng.random(rows) < _CODEC, lambda x: _coded(x, rng))
    return _where(_at_peak(audio), rng.random(rows) < _CRUSH, lambda x: _crushed(x, rng))


def _where(audio: Tensor, mask: np.ndarray, effect: Callable[[Tensor], Tensor]) -> Tensor:
    if not mask.any():
        return audio
    index = torch.from_numpy(np.nonzero(mask)[0]).to(audio.device)
    return audio.index_copy(0, index, effect(audio[index]))


def curves(rng: Rng, rows: int, spread_db: float) -> np.ndarray:
    """(rows, 256) float32 linear gains of smooth random equalisers, over log frequency."""
    knots = rng.normal(0, spread_db, (rows, 7)) + rng.normal(0, spread_db, (rows, 1)) * np.linspace(-1, 1, 7)
    at = np.linspace(0, 6, _GRID)
    low = np.minimum(at.astype(int), 5)
    t = at - low
    t = t * t * (3 - 2 * t)
    decibels = knots[:, low] * (1 - t) + knots[:, low + 1] * t
    return (10 ** (np.clip(decibels, -24, 18) / 20)).astype(np.float32)


def lowpasses(rng: Rng, rows: int, chance: float) -> np.ndarray:
    """(rows, 256) float32 gains: a low-pass at 3.5 to 14 kHz with probability `chance`, 12 or 90 dB per octave."""
    octave = np.log2(_HIGH_HZ / _LOW_HZ)
    at = np.linspace(0, octave, _GRID)[None]
    cutoff = np.log2(np.exp(rng.uniform(np.log(3500), np.log(14000), (rows, 1))) / _LOW_HZ)
    slope_db = np.where(rng.random((rows, 1)) < 0.5, 12.0, 90.0)
    decibels = -slope_db * np.maximum(at - cutoff, 0)
    decibels = np.where(rng.random((rows, 1)) < chance, decibels, 0.0)
    return (10 ** (decibels / 20)).astype(np.float32)


def _per_bin(gains: np.ndarray, frames: int, device: torch.device) -> Tensor:
    """Curves (rows, 256) at FFT bins (rows, 1, frames // 2 + 1): the nearest point of each."""
    hz = torch.arange(frames // 2 + 1, device=device).clamp(min=1) * (RATE / frames)
    place = (torch.log2(hz / _LOW_HZ) * ((_GRID - 1) / math.log2(_HIGH_HZ / _LOW_HZ))).round()
    return torch.from_numpy(gains).to(device)[:, None, place.long().clamp(0, _GRID - 1)]


def _spaced(audio: Tensor, rng: Rng) -> Tensor:
    """A random equaliser, on most rows a room (equalised, decaying noise), and stereo width."""
    rows, _, frames = audio.shape
    spectra = torch.fft.rfft(audio) * _per_bin(curves(rng, rows, 3.0), frames, audio.device)
    roomy = np.nonzero(rng.random(rows) < 0.6)[0]
    if len(roomy):
        index = torch.from_numpy(roomy).to(audio.device)
        wet = torch.fft.rfft(rooms(rng, len(roomy), frames, audio.device))[:, None]
        wet = wet * _per_bin(curves(rng, len(roomy), 4.0), frames, audio.device)
        spectra = spectra.index_copy(0, index, spectra[index] * (1.0 + wet))
    spectra = spectra * _folds(rng, rows, frames, audio.device)
    return torch.fft.irfft(spectra * _bleed(rng, rows, frames, audio.device), n=frames)


def _bleed(rng: Rng, rows: int, frames: int, device: torch.device) -> Tensor:
    """(rows, 1, bins): every drum in the other drums' microphones. On a third of the rows two copies of everything, of
    another colour and up to 9 ms late, are 15 to 25 dB softer."""
    hz = torch.arange(frames // 2 + 1, device=device) * (RATE / frames)
    gain = torch.ones((rows, 1, len(hz)), dtype=torch.complex64, device=device)
    some = rng.random(rows) < 0.33
    for _ in range(2):
        level = np.where(some, 10 ** (rng.uniform(-25, -15, rows) / 20), 0.0)
        turn = -2 * math.pi * hz * _column(rng.uniform(0.001, 0.009, rows), device)
        late = torch.polar(_column(level, device).expand(-1, len(hz)).contiguous(), turn)
        gain = gain + late[:, None] * _per_bin(curves(rng, rows, 5.0), frames, device)
    return gain


def _folds(rng: Rng, rows: int, frames: int, device: torch.device) -> Tensor:
    """(rows, 1, bins): stereo width, heard in mono. On a quarter of the rows a second channel is up to 3 ms late, which
    makes the sum a comb filter."""
    delay_s = rng.uniform(0.0001, 0.003, rows)
    share = np.where(rng.random(rows) < 0.25, rng.uniform(0.1, 0.6, rows), 0.0)
    hz = torch.arange(frames // 2 + 1, device=device) * (RATE / frames)
    turned = torch.polar(torch.ones_like(hz)[None].expand(rows, -1), -2 * math.pi * hz * _column(delay_s, device))
    return (1.0 + _column(share, device) * turned)[:, None]


def rooms(rng: Rng, rows: int, frames: int, device: torch.device) -> Tensor:
    """(rows, frames) impulse responses without the direct sound, at most as long as the loop."""
    decay_s = np.exp(rng.uniform(np.log(0.03), np.log(0.5), (rows, 1)))
    level = np.exp(rng.uniform(np.log(0.03), np.log(0.5), (rows, 1)))
    length = min(frames, round(5 * float(decay_s.max()) * RATE))
    shape = np.exp(-np.arange(length)[None] / (decay_s * RATE)) * level / np.sqrt(decay_s * RATE / 2)
    late = (rng.uniform(0.0, 0.03, rows) * RATE).astype(np.int64)
    out = np.zeros((rows, frames), np.float32)
    noise = rng.standard_normal((rows, length), dtype=np.float32)
    for row in range(rows):
        out[row, late[row] : length] = (noise * shape)[row, : length - late[row]] if late[row] < length else 0.0
    return torch.from_numpy(out).to(device)


def bus_gain(audio: Tensor, rng: Rng) -> Tensor:
    """(rows, frames) gain of a feed-forward bus compressor without look-ahead.

    Its gain reduction, in dB, is held by the release and smoothed by the attack, in windows of 1 ms. This is pooling
    and convolution, so that a batch needs no loop over time, as a feedback detector would.
    """
    rows, frames = audio.shape
    device = audio.device
    count = frames // _LEVEL_HOP
    level = audio[:, : count * _LEVEL_HOP].reshape(rows, count, _LEVEL_HOP).abs().amax(dim=2)   # (rows, windows)
    release = torch.from_numpy(np.exp(rng.uniform(np.log(20), np.log(300), (rows, 1)))).float().to(device)
    attack = torch.from_numpy(np.exp(rng.uniform(np.log(0.3), np.log(25), (rows, 1)))).float().to(device)
    over_db = 20 * torch.log10(level.clamp(min=1e-4)) - _column(rng.uniform(-32, -8, rows), device)
    share = _column(1 - 1 / np.exp(rng.uniform(np.log(1.5), np.log(12), rows)), device)
    wanted = share * over_db.clamp(min=0)                                    # (rows, windows) reduction in dB
    reduction = _lagged(_held(wanted, release), attack)
    return 10 ** (-functional.interpolate(reduction[:, None], size=frames, mode="linear",
                                          align_corners=False)[:, 0] / 20)


def _column(values: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))[:, None].to(device)


def _held(curve: Tensor, release: Tensor) -> Tensor:
    """The maximum over lags of curve (rows, windows) times exp(-lag / release), circularly. Ten maxima at lags of 1, 2,
    4 ... windows cover a thousand windows."""
    for reach in (2**power for power in range(10)):
        if reach < curve.shape[1]:
            curve = torch.maximum(curve, torch.roll(curve, reach, dims=1) * torch.exp(-reach / release))
    return curve


def _lagged(curve: Tensor, attack: Tensor) -> Tensor:
    """curve (rows, windows) through a one-pole low-pass, circularly."""
    windows = curve.shape[1]
    kernel = torch.exp(-torch.arange(windows, device=curve.device) / attack)
    spectrum = torch.fft.rfft(kernel / kernel.sum(dim=1, keepdim=True))
    return torch.fft.irfft(torch.fft.rfft(curve) * spectrum, n=windows)


def _driven(audio: Tensor, rng: Rng) -> Tensor:
    drive = _column(np.exp(rng.uniform(np.log(0.7), np.log(6), len(audio))), audio.device)
    bias = _column(rng.choice([0.0, 0.1, 0.25], len(audio)), audio.device)
    whole = audio[:, 0]
    out = torch.tanh(drive * whole + bias) - torch.tanh(bias)
    at_rest = drive * (1 - torch.tanh(bias) ** 2)                            # the gain of silence
    gain = torch.where(whole.abs() > 1e-4, out / torch.where(whole.abs() > 1e-4, whole, 1.0), at_rest)
    return torch.cat([out[:, None], audio[:, 1:] * gain[:, None]], dim=1)


def _noisy(audio: Tensor, rng: Rng) -> Tensor:
    """White noise, and crackle on a quarter of the rows, added to part 0."""
    rows, _, frames = audio.shape
    level = 10 ** (rng.uniform(-75, -36, (rows, 1)) / 20)
    noise = rng.standard_normal((rows, frames), dtype=np.float32) * level
    dust = rng.random(rows) < 0.25
    for row in np.nonzero(dust)[0]:
        at = rng.integers(0, frames, int(frames / RATE * rng.uniform(2, 40)))
        noise[row, at] += rng.normal(0, 1, len(at)) * rng.uniform(0.01, 0.15)
    noisy = audio[:, :1] + torch.from_numpy(noise.astype(np.float32)).to(audio.device)[:, None]
    return torch.cat([noisy, audio[:, 1:]], dim=1)


def _toned(audio: Tensor, rng: Rng) -> Tensor:
    rows, _, frames = audio.shape
    gains = curves(rng, rows, 2.5) * lowpasses(rng, rows, 0.4)
    return torch.fft.irfft(torch.fft.rfft(audio) * _per_bin(gains, frames, audio.device), n=frames)


def _coded(audio: Tensor, rng: Rng) -> Tensor:
    """A codec at a low bit rate: in windows of 23 ms, bins that are weak beside their neighbours in frequency are
    dropped."""
    rows, parts, frames = audio.shape
    window = torch.hann_window(_CODEC_FRAMES, device=audio.device)
    spectra = torch.stft(audio.reshape(rows * parts, frames), _CODEC_FRAMES, window=window, pad_mode="circular",
                         return_complex=True)
    spectra = spectra.unflatten(0, (rows, parts))
    power = spectra[:, :1].abs()
    around = functional.max_pool2d(power, (2 * _MASKING_BINS + 1, 1), 1, (_MASKING_BINS, 0))
    kept = power > _column(10 ** (rng.uniform(-34, -16, rows) / 20), audio.device)[:, :, None, None] * around
    coded = torch.istft((spectra * kept).flatten(0, 1), _CODEC_FRAMES, window=window, length=frames)
    return coded.unflatten(0, (rows, parts))


def _crushed(audio: Tensor, rng: Rng) -> Tensor:
    """Fewer bits and a lower sample rate, with aliasing."""
    rows, parts, frames = audio.shape
    steps = _column(2.0 ** rng.integers(7, 12, rows), audio.device)
    hold = torch.from_numpy(rng.choice([1.0, 1.6, 2.0, 2.8], rows)[:, None]).to(audio.device)
    place = torch.arange(frames, device=audio.device)[None]
    place = ((place / hold).floor() * hold).long().clamp(max=frames - 1)
    held = torch.gather(audio, 2, place[:, None].expand(-1, parts, -1))
    return torch.cat([(torch.round(held[:, 0] * steps) / steps)[:, None], held[:, 1:]], dim=1)
