"""The front end equals madmom's, where madmom has one."""

import numpy as np
import torch

from models.hearing.madmom_compat import madmom_module
from models.hearing.spectrogram import PAPER, LogSpectrogram, SpectrogramSettings, filterbank


def madmoms(audio: np.ndarray, rate: int, window_frames: int, min_hz: float, max_hz: float) -> np.ndarray:
    signal, spectrogram = madmom_module("audio.signal"), madmom_module("audio.spectrogram")
    whole = signal.Signal(audio, sample_rate=rate, num_channels=1)
    framed = signal.FramedSignal(whole, frame_size=window_frames, fps=100, origin=0)
    spectra = spectrogram.Spectrogram(madmom_module("audio.stft").ShortTimeFourierTransform(framed))
    filtered = spectrogram.FilteredSpectrogram(
        spectra, filterbank=madmom_module("audio.filters").LogarithmicFilterbank, num_bands=12, fmin=min_hz,
        fmax=max_hz, norm_filters=False, unique_filters=True)
    return np.log10(1.0 + np.asarray(filtered) * 2 / np.hanning(window_frames).sum())


def test_one_window_equals_madmom_at_44100_hz(rng: np.random.Generator) -> None:
    audio = rng.standard_normal(44100).astype(np.float32)
    ours = LogSpectrogram(SpectrogramSettings(short_window_frames=None, factor=1.0, difference=False))
    heard = ours(torch.from_numpy(audio)[None])[0].numpy()
    assert heard.shape == (100, 81)
    assert np.allclose(heard, madmoms(audio, 44100, 2048, 30.0, 17000.0), atol=1e-5)


def test_the_paper_option_equals_madmom_at_16000_hz(rng: np.random.Generator) -> None:
    audio = rng.standard_normal(16000).astype(np.float32)
    heard = LogSpectrogram(PAPER)(torch.from_numpy(audio)[None])[0].numpy()
    assert np.allclose(heard, madmoms(audio, 16000, 1024, 30.0, 8000.0), atol=1e-5)


def test_two_windows_have_as_many_bands_as_one() -> None:
    one = LogSpectrogram(SpectrogramSettings(short_window_frames=None))
    assert LogSpectrogram().bands == one.bands == 162


def test_a_click_rises_at_its_own_stft_frame_at_every_sample_rate() -> None:
    audio = torch.zeros(1, 44100)
    audio[0, 441 * 40] = 1.0
    rise = LogSpectrogram()(audio)[0, :, 81:].sum(dim=1)
    assert abs(int(rise.argmax()) - 39) <= 1


def test_every_band_hears_something() -> None:
    filters = filterbank(1024, 44100, 30.0, 17000.0)
    assert (filters.sum(axis=0) >= 1.0).all()
