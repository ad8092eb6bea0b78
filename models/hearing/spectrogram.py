"""The networks' input: a spectrogram on a logarithmic frequency axis, 12 bands per octave, 100 STFT frames per second,
after madmom's (Böck et al., "madmom", 2016), in torch, so that it runs on the network's device.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

STFT_FRAMES_PER_S = 100
BANDS_PER_OCTAVE = 12
_A4_HZ = 440.0


@dataclass(frozen=True, slots=True)
class SpectrogramSettings:
    """short_window_frames: a shorter window for the bands above `split_hz`, None for one window throughout; factor: of
    log10(1 + factor * magnitude); difference: appends the rise of every band since the last STFT frame."""

    sample_rate: int = 44100
    window_frames: int = 2048
    short_window_frames: int | None = 1024
    split_hz: float = 750.0
    min_hz: float = 30.0
    max_hz: float = 17000.0
    factor: float = 100.0
    difference: bool = True

    @property
    def hop_frames(self) -> int:
        """Sample frames from one STFT frame to the next."""
        return self.sample_rate // STFT_FRAMES_PER_S


# the front end of models.papers.tao.circular; features.py there has the paper's own
PAPER = SpectrogramSettings(16000, 1024, None, max_hz=8000.0, factor=1.0, difference=False)


def log_frequencies(min_hz: float, max_hz: float, bands_per_octave: int = BANDS_PER_OCTAVE) -> np.ndarray:
    """Band centres in Hz within the limits, evenly spaced in log frequency, one of them 440 Hz."""
    low = np.floor(np.log2(min_hz / _A4_HZ) * bands_per_octave)
    high = np.ceil(np.log2(max_hz / _A4_HZ) * bands_per_octave)
    centres = _A4_HZ * 2 ** (np.arange(low, high) / bands_per_octave)
    return centres[(centres >= min_hz) & (centres <= max_hz)]


def filterbank(bins: int, sample_rate: int, min_hz: float, max_hz: float,
               bands_per_octave: int = BANDS_PER_OCTAVE) -> np.ndarray:
    """(bins, bands) float32 triangles of height 1 over FFT bins 0 .. rate/2, without the last.

    Bands whose centres fall on the same bin become one: madmom's LogarithmicFilterbank, not normalised by area.
    """
    bin_hz = np.arange(bins) * sample_rate / (2 * bins)
    centres = log_frequencies(min_hz, max_hz, bands_per_octave)
    places = np.clip(bin_hz.searchsorted(centres), 1, bins - 1)
    left, right = bin_hz[places - 1], bin_hz[places]
    places = places - (centres - left < right - centres)
    places = np.unique(places)
    filters = []
    for start, centre, stop in zip(places, places[1:], places[2:], strict=False):
        if stop - start < 2:
            start, stop = centre, centre + 1      # narrower than a bin: that bin alone
        triangle = np.zeros(bins, np.float32)
        if centre > start:
            triangle[start:centre] = np.linspace(0, 1, centre - start, endpoint=False)
        triangle[centre:stop] = np.linspace(1, 0, stop - centre, endpoint=False)
        filters.append(triangle)
    return np.stack(filters, axis=1)


class LogSpectrogram(nn.Module):
    """Audio (batch, frames) at `settings.sample_rate` -> (batch, stft_frames, bands).

    STFT frame k is centred on sample frame k * hop_frames; silence surrounds the audio. With the difference,
    the second half of the bands is the rise since the previous STFT frame.
    """

    def __init__(self, settings: SpectrogramSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or SpectrogramSettings()
        self._register("long", self.settings.window_frames)
        if self.settings.short_window_frames:
            self._register("short", self.settings.short_window_frames)

    long_window: Tensor
    long_filters: Tensor
    short_window: Tensor
    short_filters: Tensor

    def _register(self, name: str, window_frames: int) -> None:
        window = torch.hann_window(window_frames, periodic=False)
        filters = torch.from_numpy(filterbank(window_frames // 2, self.settings.sample_rate, *self._limits(name)))
        filters = filters[: int(filters.sum(dim=1).nonzero().max()) + 1].contiguous()    # skip bins that no band uses
        self.register_buffer(f"{name}_window", window / window.sum(), persistent=False)
        self.register_buffer(f"{name}_filters", filters, persistent=False)

    def _limits(self, name: str) -> tuple[float, float]:
        if not self.settings.short_window_frames:
            return self.settings.min_hz, self.settings.max_hz
        edge = self.settings.split_hz
        return (self.settings.min_hz, edge * 2 ** (1 / 12)) if name == "long" else (edge / 2 ** (1 / 12),
                                                                                 self.settings.max_hz)

    @property
    def bands(self) -> int:
        """The number of output bands, differences included."""
        names = ("long", "short") if self.settings.short_window_frames else ("long",)
        count = sum(getattr(self, f"{name}_filters").shape[1] for name in names)
        return 2 * count if self.settings.difference else count

    def forward(self, audio: Tensor) -> Tensor:
        parts = [self._bands(audio, self.long_window, self.long_filters)]
        if self.settings.short_window_frames:
            parts.append(self._bands(audio, self.short_window, self.short_filters))
        level = torch.log10(1.0 + self.settings.factor * torch.cat(parts, dim=-1))
        if not self.settings.difference:
            return level                                  # (batch, stft_frames, bands)
        rise = torch.relu(level - nn.functional.pad(level, (0, 0, 1, 0))[:, :-1])
        return torch.cat([level, rise], dim=-1)           # (batch, stft_frames, 2 * bands)

    def _bands(self, audio: Tensor, window: Tensor, filters: Tensor) -> Tensor:
        frames, hop = len(window), self.settings.hop_frames
        padded = nn.functional.pad(audio, (frames // 2, frames // 2))
        count = -(-audio.shape[-1] // hop)
        pieces = padded.unfold(-1, frames, hop)[:, :count]                 # (batch, stft_frames, window)
        spectra = torch.fft.rfft(pieces * window)[..., : len(filters)]    # (batch, stft_frames, bins)
        magnitudes = torch.view_as_real(spectra).square().sum(dim=-1).sqrt()
        return 2.0 * magnitudes @ filters                                 # (batch, stft_frames, bands)
