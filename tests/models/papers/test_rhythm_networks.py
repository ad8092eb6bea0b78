"""The boxes of the latent method: shapes, equations, gradients."""

import pytest
import torch

from models.papers.rhythm.attention import HEADS, RhythmAttention
from models.papers.rhythm.conditions import DRUMS, SIZE, Conditions
from models.papers.rhythm.encoder import LATENT, STRIDE, WIDTH, Encoder
from models.papers.rhythm.generator import Generator
from models.papers.rhythm.losses import diversity, prior_loss, spectral_loss
from models.papers.rhythm.recipe import RhythmBatch, Vae, transformation_losses, transformer_optimiser
from models.papers.rhythm.transformer import RhythmTransformer

COLUMNS = 24


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(3)


def audio(rows: int = 2) -> torch.Tensor:
    return 0.1 * torch.randn(rows, COLUMNS * STRIDE)


def rhythm(rows: int = 2) -> torch.Tensor:
    return torch.rand(rows, len(DRUMS), COLUMNS)


def test_a_latent_column_stands_for_512_frames():
    encoder = Encoder()
    activations = encoder.activations(audio())
    mu, sigma = encoder.latent(activations)
    assert activations.shape == (2, WIDTH, COLUMNS)
    assert mu.shape == sigma.shape == (2, LATENT, COLUMNS)
    assert (sigma > 0).all()
    assert Generator()(mu).shape == (2, COLUMNS * STRIDE)


def test_encoder_and_generator_have_at_most_two_million_numbers():
    assert sum(parameter.numel() for parameter in Vae().parameters()) < 2_000_000


def test_a_click_is_heard_in_its_own_column():
    silent, clicked = torch.zeros(1, COLUMNS * STRIDE), torch.zeros(1, COLUMNS * STRIDE)
    clicked[0, 10 * STRIDE + STRIDE // 2] = 1.0
    encoder = Encoder()
    apart = (encoder.features(clicked) - encoder.features(silent)).abs().sum(dim=1)[0]
    assert int(apart.argmax()) == 10


def test_the_noise_of_one_seed_is_always_the_same():
    generator, z = Generator(), torch.randn(1, LATENT, COLUMNS)
    assert torch.equal(generator(z, seed=5), generator(z, seed=5))
    assert not torch.equal(generator(z, seed=5), generator(z, seed=6))


def test_the_query_lies_between_both_embeddings():
    conditions, r, a = Conditions(), rhythm(), torch.randn(2, WIDTH, COLUMNS)
    r_e, a_e = (stack(x).transpose(1, 2) for stack, x in ((conditions.of_rhythm, r), (conditions.of_activations, a)))
    q = conditions(r, a)
    assert q.shape == (2, COLUMNS, SIZE)
    assert (q <= torch.maximum(r_e, a_e) + 1e-6).all() and (q >= torch.minimum(r_e, a_e) - 1e-6).all()


def test_attention_adds_up_to_one_and_follows_the_rhythm():
    attention, u = RhythmAttention(), torch.randn(1, LATENT, COLUMNS)
    with torch.no_grad():
        attention.rhythm.weight.zero_()
        attention.rhythm.bias.zero_()
        attention.rhythm.weight[::8, 0, 16] = 8.0          # one number a head: the kick of this very column
        attention.query.weight.zero_()
        attention.query.bias.zero_()
    source, target = torch.zeros(1, len(DRUMS), COLUMNS), torch.zeros(1, len(DRUMS), COLUMNS)
    source[0, 0, 4] = target[0, 0, 15] = 1.0
    values, shares = attention(torch.randn(1, COLUMNS, SIZE), u, target, source)
    assert values.shape == (1, COLUMNS, SIZE) and shares.shape == (1, HEADS, COLUMNS, COLUMNS)
    assert torch.allclose(shares.sum(dim=3), torch.ones(1, HEADS, COLUMNS))
    assert (shares[0, :, 15].argmax(dim=1) == 4).all(), "the target's kick looks at the source's"


def test_alpha_says_how_much_of_the_source_stays():
    transformer, mu = RhythmTransformer(), torch.randn(1, LATENT, COLUMNS)
    with torch.no_grad():
        for block in transformer.blocks:
            block.alpha.fill_(-30.0)
    found = transformer(mu, rhythm(1), rhythm(1), torch.randn(1, WIDTH, COLUMNS))
    assert torch.allclose(found.mu, mu, atol=1e-5)
    assert (found.sigma > 0).all() and len(found.attention) == 3


def test_the_query_brings_nothing_of_the_target_but_places():
    """If the source is the same everywhere, the result is, whatever the target."""
    transformer, mu = RhythmTransformer(), torch.randn(1, LATENT, 1).expand(1, LATENT, COLUMNS)
    found = transformer(mu, rhythm(1), rhythm(1), torch.randn(1, WIDTH, COLUMNS)).mu
    assert torch.allclose(found, found[:, :, :1].expand_as(found), atol=1e-4)


def test_the_losses_know_what_is_alike():
    sound = audio()
    assert float(spectral_loss(sound, sound)) < 1e-4
    assert float(spectral_loss(sound, 0.5 * sound)) > 0.1
    assert float(prior_loss(torch.zeros(3), torch.ones(3))) == pytest.approx(0.0, abs=1e-6)
    alike = torch.eye(6).expand(1, 4, 6, 6)
    apart = torch.stack([torch.eye(6).roll(shift, 0) for shift in range(4)])[None]
    assert float(diversity(alike)) == pytest.approx(0.0, abs=1e-3)
    assert float(diversity(apart)) == pytest.approx(1.0, abs=1e-3)


def test_both_stages_learn_from_one_batch():
    vae, transformer = Vae(), RhythmTransformer()
    optimiser, sound = vae.optimiser(), audio()
    losses = []
    for _ in range(8):
        loss = vae.loss(sound)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0]
    batch = RhythmBatch(audio(), audio(), audio(), rhythm(), rhythm())
    optimiser, before = transformer_optimiser(transformer), {n: p.clone() for n, p in vae.named_parameters()}
    transformation_losses(vae, transformer, batch, decoded=8).total.backward()
    optimiser.step()
    assert all(parameter.grad is not None for parameter in transformer.parameters())
    assert all(torch.equal(before[name], parameter) for name, parameter in vae.named_parameters())


def test_the_fusers_learn_at_half_the_rate():
    groups = transformer_optimiser(RhythmTransformer()).param_groups
    assert [group["lr"] for group in groups] == [2e-4, 1e-4]
