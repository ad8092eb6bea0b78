"""The Inverse Drum Machine's network: the published shapes and sizes, and gradients from mixtures and hits alone."""

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck

from models.papers.idm.encoder import FEATURES, Encoder
from models.papers.idm.features import BANDS, HOP_FRAMES, RATE, LogMel, stft_frames_of
from models.papers.idm.heads import CLASSES, Heads
from models.papers.idm.losses import idm_loss, spectral_distance
from models.papers.idm.network import KITS, IdmNet
from models.papers.idm.sequencer import gains_at, played
from models.papers.idm.synthesiser import PUBLISHED, SHOT_FRAMES, SMALL, Size, Synthesiser
from models.papers.tao.renderer import Renderer

FRAMES = 22050
TINY = Size(channels=6, kernel=3, layers=3, block=64)


def parameters(net: nn.Module) -> int:
    return sum(one.numel() for one in net.parameters())


def hits() -> tuple[Tensor, Tensor]:
    """Two loops with two hits of every class each, but none of the last class."""
    places = torch.arange(2 * CLASSES * 2, dtype=torch.float32).reshape(2, CLASSES, 2) * 800 + 3
    real = torch.ones(2, CLASSES, 2, dtype=torch.bool)
    real[:, -1] = False
    return places, real


def test_each_box_has_about_the_parameters_that_the_authors_give() -> None:
    assert 0.9 < parameters(Encoder()) / 67_000 < 1.1
    assert 0.9 < parameters(Synthesiser(CLASSES + KITS, PUBLISHED)) / 462_000 < 1.1
    assert parameters(IdmNet(SMALL)) < 200_000


def test_every_stft_frame_keeps_its_place() -> None:
    audio = torch.zeros(1, FRAMES)
    audio[0, 40 * HOP_FRAMES] = 1.0
    spectrogram = LogMel()(audio)
    assert spectrogram.shape == (1, BANDS, stft_frames_of(FRAMES))
    assert int(spectrogram[0].mean(dim=0).argmax()) == 40
    features = Encoder()(spectrogram)
    assert features.shape == (1, FEATURES, stft_frames_of(FRAMES))
    described = Heads(KITS)(features)
    assert described.onsets.shape == described.velocities.shape == (1, CLASSES, stft_frames_of(FRAMES))
    assert described.kits.shape == (1, KITS) and (described.gains > 0).all()


@pytest.mark.parametrize("size", [SMALL, TINY])
def test_a_sound_lasts_a_second_and_depends_on_class_and_kit(size: Size) -> None:
    synthesiser = Synthesiser(CLASSES + KITS, size)
    conditions = torch.eye(CLASSES + KITS)[:3]
    shots = synthesiser(conditions)
    assert shots.shape == (3, SHOT_FRAMES) and SHOT_FRAMES == RATE
    assert not torch.allclose(shots[0], shots[1])
    assert torch.equal(shots, synthesiser(conditions))


def test_the_envelope_begins_at_one_and_only_falls() -> None:
    envelope = Synthesiser(4, TINY).envelope(torch.randn(5, 4))
    assert torch.allclose(envelope[:, 0], torch.ones(5))
    assert (envelope.diff(dim=1) <= 1e-6).all() and (envelope > 0).all()


def test_the_synthesiser_is_causal() -> None:
    synthesiser = Synthesiser(4, TINY)
    before = synthesiser(torch.eye(4))
    synthesiser.noise[:, 200:] = 0.0
    after = synthesiser(torch.eye(4))
    assert torch.equal(before[:, : 200 * TINY.block], after[:, : 200 * TINY.block])
    assert not torch.equal(before, after)


def test_mixtures_and_hits_alone_teach_every_part_of_the_network() -> None:
    torch.manual_seed(3)
    net, (places, real) = IdmNet(TINY), hits()
    audio = torch.randn(2, FRAMES)
    found = net(LogMel()(audio), torch.tensor([1, 4]), places, real, FRAMES)
    assert found.audio.shape == audio.shape
    onsets = torch.zeros(2, CLASSES, stft_frames_of(FRAMES))
    idm_loss(found, audio, onsets, torch.tensor([1, 4])).backward()
    silent = [name for name, one in net.named_parameters() if one.grad is None or not one.grad.abs().sum() > 0]
    assert silent == []


def test_gradients_of_the_sequencer_are_those_of_finite_differences() -> None:
    generator = torch.Generator().manual_seed(1)
    places, real = torch.tensor([[[3.0, 9.5], [0.0, 12.0]]], dtype=torch.float64), torch.tensor([[[True, True],
                                                                                                [False, True]]])
    velocities, gains, shots = (torch.rand(*shape, dtype=torch.float64, generator=generator, requires_grad=True)
                                for shape in ((1, 2, 4), (1, 2), (1, 2, 7)))

    def mixture(velocities: Tensor, gains: Tensor, shots: Tensor) -> Tensor:
        return played(Renderer(RATE, 16, circular=True), places, gains_at(velocities, gains, places), real, shots)

    assert gradcheck(mixture, (velocities, gains, shots))


def test_what_is_no_hit_is_not_played() -> None:
    places, real = hits()
    shots = torch.ones(1, CLASSES, 5)
    renderer = Renderer(RATE, FRAMES, circular=True)
    whole = played(renderer, places, torch.ones_like(places), torch.zeros_like(real), shots)
    assert float(whole.abs().max()) < 1e-6


def test_equal_mixtures_are_no_distance_apart() -> None:
    audio = torch.randn(1, FRAMES)
    assert float(spectral_distance(audio, audio)) == 0.0
    assert float(spectral_distance(audio, 0.5 * audio)) > 0.1
