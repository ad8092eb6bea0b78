"""The network's input: 512-sample STFT frames, 100 a second, 12 triangular filters an octave from 20 to 8000 Hz (Yi &
Barthet, NIME 2025, section 3.2.2).

At 16 kHz the bins of 512 samples are 31 Hz wide. Filters below about 500 Hz that share a bin become one, as in madmom,
which the paper uses, so 73 semitones and more give fewer bands. Hann window and log10(1 + 100 * magnitude) are ours.
"""

from models.hearing.spectrogram import LogSpectrogram, SpectrogramSettings

RATE = 16000
STFT_FRAMES_PER_S = 100
INPUT = SpectrogramSettings(RATE, 512, None, min_hz=20.0, max_hz=8000.0, factor=100.0, difference=False)


def input_spectrogram() -> LogSpectrogram:
    """A module: audio (batch, frames) at 16 kHz -> (batch, stft_frames, bands)."""
    return LogSpectrogram(INPUT)
