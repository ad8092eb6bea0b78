"""How both stages are trained (section 3), one batch at a time.

Stage 1 trains E and G. Stage 2 trains the transformer between them, and leaves them as they are; the paper lets it
regulate the latent again, which here is the prior on what the transformer makes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.papers.rhythm.encoder import STRIDE, Encoder
from models.papers.rhythm.generator import Generator
from models.papers.rhythm.losses import diversity, prior_loss, spectral_loss
from models.papers.rhythm.transformer import RhythmTransformer

VAE_STEPS, STEPS = 60_000, 6_000
VAE_RATE, RATE, FUSER_SHARE = 1e-3, 2e-4, 0.5    # the fusers learn at 1e-4
ROWS = 8
_PRIOR, _LATENT, _CYCLE, _DIVERSITY = 0.02, 1.0, 0.3, 0.05
_DECODED = 96            # columns that stage 2 makes audible, at a random place: the CPU's price for a spectral loss


@dataclass(frozen=True, slots=True, eq=False)
class RhythmBatch:
    """Segments (rows, COLUMNS * STRIDE) at 44.1 kHz: source, target, and the source's one-shots played as the target
    is; r (rows, drums, COLUMNS) of source and target, 0..1."""

    source: Tensor
    target: Tensor
    answer: Tensor
    r_source: Tensor
    r_target: Tensor


class Vae(nn.Module):
    """E and G."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.generator = Generator()

    def loss(self, audio: Tensor) -> Tensor:
        """Of stage 1, for audio (rows, columns * STRIDE)."""
        mu, sigma = self.encoder.latent(self.encoder.activations(audio))
        made = self.generator(mu + sigma * torch.randn_like(mu))
        return spectral_loss(audio, made) + _PRIOR * prior_loss(mu, sigma)

    def optimiser(self, rate: float = VAE_RATE) -> torch.optim.Adam:
        """Adam for both."""
        return torch.optim.Adam(self.parameters(), lr=rate)


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """Of stage 2: the terms, and what is minimised."""

    spectral: Tensor
    latent: Tensor
    cycle: Tensor
    prior: Tensor
    heads: Tensor

    @property
    def total(self) -> Tensor:
        """The weighted sum. The paper gives no weights, and no latent term, which is ours: it is cheap and steady."""
        return (self.spectral + _LATENT * self.latent + _CYCLE * self.cycle + _PRIOR * self.prior
                - _DIVERSITY * self.heads)


def transformation_losses(vae: Vae, transformer: RhythmTransformer, batch: RhythmBatch, decoded: int = _DECODED,
                          ) -> Losses:
    """The losses of stage 2. decoded: columns that become audible, at a place drawn from torch's generator."""
    with torch.no_grad():
        mu, _ = vae.encoder.latent(vae.encoder.activations(batch.source))
        a_source, a_target = vae.encoder.activations(batch.source), vae.encoder.activations(batch.target)
        wanted, _ = vae.encoder.latent(vae.encoder.activations(batch.answer))
    found = transformer(mu, batch.r_source, batch.r_target, a_target)
    back = transformer(found.mu, batch.r_target, batch.r_source, a_source)
    z = found.mu + found.sigma * torch.randn_like(found.mu)
    at = int(torch.randint(0, max(mu.shape[2] - decoded, 0) + 1, ()))
    made = vae.generator(z[:, :, at : at + decoded])
    true = batch.answer[:, at * STRIDE : at * STRIDE + made.shape[1]]
    return Losses(spectral_loss(true, made), functional.l1_loss(found.mu, wanted), functional.l1_loss(back.mu, mu),
                  prior_loss(found.mu, found.sigma), torch.stack([diversity(one) for one in found.attention]).mean())


def transformer_optimiser(transformer: RhythmTransformer, rate: float = RATE) -> torch.optim.Adam:
    """Adam; the fusers learn at half the rate, against timbre that leaks from the target."""
    fusers = list(transformer.conditions.parameters())  # in order: a checkpoint counts them
    known = {id(parameter) for parameter in fusers}
    others = [parameter for parameter in transformer.parameters() if id(parameter) not in known]
    return torch.optim.Adam([{"params": others, "lr": rate}, {"params": fusers, "lr": FUSER_SHARE * rate}])
