"""The network's input: log-mel spectrograms of 1024-sample windows, 256 apart, in 128 bands, at 44.1 kHz.

Rate, window, hop and bands are the authors'. Ours: magnitudes instead of powers, from 20 Hz, floor and scaling.
"""

import torch
import torchaudio
from torch import Tensor, nn

RATE = 44100
WINDOW_FRAMES, HOP_FRAMES, BANDS = 1024, 256, 128
_FLOOR = 1e-4


class LogMel(nn.Module):
    """Audio (batch, frames) -> (batch, BANDS, stft_frames), about -1..2. STFT frame k is centred on k * HOP_FRAMES."""

    mel: Tensor
    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        mel = torchaudio.functional.melscale_fbanks(WINDOW_FRAMES // 2 + 1, 20.0, RATE / 2, BANDS, RATE)
        self.register_buffer("mel", mel.T.contiguous(), persistent=False)      # (bands, bins)
        self.register_buffer("window", torch.hann_window(WINDOW_FRAMES), persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        spectra = torch.stft(audio, WINDOW_FRAMES, HOP_FRAMES, window=self.window, pad_mode="constant",
                             normalized=True, return_complex=True).abs()        # (batch, bins, stft_frames)
        return 1.0 + 0.25 * torch.log(self.mel @ spectra + _FLOOR)


def stft_frames_of(frames: int) -> int:
    """How many STFT frames LogMel makes of so many sample frames."""
    return frames // HOP_FRAMES + 1
