"""The encoder: a small ConvNeXt (Liu et al., CVPR 2022) of 4, 8, 16 and 32 channels.

Channels and depths are the authors', and so is that only bands are halved from stage to stage. Ours: four bands are
kept to the end; channels are normalised together with bands and STFT frames, which is cheaper; kernels between stages
are smaller, and there is no layer scale.
"""

from torch import Tensor, nn

from models.papers.idm.features import BANDS

CHANNELS, DEPTHS = (4, 8, 16, 32), (3, 3, 9, 3)
_STEM = 4  # bands that the first layer joins
FEATURES = CHANNELS[-1] * BANDS // (_STEM * 2 ** (len(CHANNELS) - 1))


class Encoder(nn.Module):
    """Log-mel spectrogram (batch, BANDS, stft_frames) -> features (batch, FEATURES, stft_frames)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(1, CHANNELS[0], (_STEM, 3), stride=(_STEM, 1), padding=(0, 1))]
        for stage, (channels, depth) in enumerate(zip(CHANNELS, DEPTHS, strict=True)):
            if stage:
                layers += [nn.GroupNorm(1, CHANNELS[stage - 1]),
                           nn.Conv2d(CHANNELS[stage - 1], channels, (2, 1), stride=(2, 1))]
            layers += [Block(channels) for _ in range(depth)]
        self.layers = nn.Sequential(*layers)
        self.norm = nn.LayerNorm(FEATURES)

    def forward(self, spectrogram: Tensor) -> Tensor:
        x = self.layers(spectrogram.unsqueeze(1))              # (batch, channels, bands / 32, stft_frames)
        x = x.flatten(start_dim=1, end_dim=2)                  # (batch, features, stft_frames)
        found: Tensor = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return found


class Block(nn.Module):
    """A ConvNeXt block: 7 x 7 depthwise convolution, normalisation, four times the channels and back, added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.spread = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.GroupNorm(1, channels)
        self.mix = nn.Sequential(nn.Conv2d(channels, 4 * channels, 1), nn.GELU(), nn.Conv2d(4 * channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.mix(self.norm(self.spread(x)))
        return x + mixed
