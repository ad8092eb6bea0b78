import numpy as np
import pytest

from engine.core.errors import NoOnsets
from models.hearing.madmom_compat import madmom_module
from models.hearing.onset_strength import OnsetStrength, attack_frame, band_magnitudes
from tests.models.loops import RATE, audio_of, noise, onsets_of, pattern_of

BEAT = pattern_of(kick="x.......x.x.....", snare="....x.......x...", hihat="x.x.x.x.x.x.x.x.")


def heard(audio: np.ndarray, sample_rate: int = RATE):
    return OnsetStrength().transcribe(np.ascontiguousarray(audio.T), sample_rate)


@pytest.mark.parametrize("bpm", [80.0, 120.0, 160.0])
def test_every_hit_of_a_plain_beat_is_heard_named_and_in_time(bpm):
    audio = audio_of(BEAT, bpm)
    found = heard(audio)
    for track in ("kick", "snare"):
        wanted = [onset.time_s for onset in onsets_of(BEAT, len(audio) / RATE) if onset.track == track]
        assert [onset.time_s for onset in found.of(track)] == pytest.approx(wanted, abs=0.003)
    assert len(found.of("hihat")) >= 6
    assert found.tempo.beats == 4


def test_the_first_hit_is_found_though_nothing_comes_before_it():
    first = heard(audio_of(BEAT, 100.0)).of("kick")[0]
    assert first.time_s < 0.003


def test_a_loop_cut_a_little_late_finds_its_first_hit_at_the_end():
    audio = np.roll(audio_of(BEAT, 100.0), -round(0.03 * RATE), axis=0)
    assert heard(audio).of("kick")[-1].time_s == pytest.approx(len(audio) / RATE - 0.03, abs=0.003)


def test_velocities_follow_the_playing():
    pattern = pattern_of(kick="x...o...x...o...")
    loud = [onset.velocity for onset in heard(audio_of(pattern, 100.0)).of("kick")]
    assert loud[0] == pytest.approx(1.0, abs=0.05)
    assert loud[1] == pytest.approx(0.5, abs=0.12)


def test_any_sample_rate_gives_the_same_hits():
    low = [(onset.track, round(onset.time_s, 2)) for onset in heard(audio_of(BEAT, 100.0, 44100), 44100).onsets]
    high = [(onset.track, round(onset.time_s, 2)) for onset in heard(audio_of(BEAT, 100.0, 96000), 96000).onsets]
    assert low == high


def test_silence_is_named():
    with pytest.raises(NoOnsets, match="silent"):
        OnsetStrength().transcribe(np.zeros((2, RATE), np.float32), RATE)


@pytest.mark.parametrize("seconds", [0.05, 1.0, 4.0])
def test_steady_noise_has_no_hits(seconds):
    with pytest.raises(NoOnsets, match="no clear onsets"):
        OnsetStrength().transcribe(noise(seconds), RATE)


@pytest.mark.parametrize("off", [-300, 0, 300])
@pytest.mark.parametrize("hz", [60.0, 3000.0])
def test_an_attack_is_found_to_the_millisecond(off, hz):
    at = 5000
    audio = np.zeros(20000)
    seconds = np.arange(15000) / RATE
    audio[at:] = np.sin(2 * np.pi * hz * seconds) * np.exp(-seconds / 0.1)
    audio += 1e-4 * np.random.default_rng(0).normal(size=len(audio))
    assert abs(attack_frame(audio, at + off, RATE) - at) <= RATE * 0.001


def test_the_bands_are_those_of_madmoms_logarithmic_filterbank(rng):
    filters, signal = madmom_module("audio.filters"), madmom_module("audio.signal")
    spectrogram = madmom_module("audio.spectrogram")
    audio = rng.normal(size=RATE).astype(np.float32)
    framed = signal.FramedSignal(signal.Signal(audio, sample_rate=RATE, num_channels=1), frame_size=2048, fps=200,
                                 origin=0)
    spectra = spectrogram.Spectrogram(madmom_module("audio.stft").ShortTimeFourierTransform(framed))
    wanted = spectrogram.FilteredSpectrogram(spectra, filterbank=filters.LogarithmicFilterbank, num_bands=3, fmin=35.0,
                                             fmax=17500.0, norm_filters=False, unique_filters=True)
    assert (band_magnitudes(audio) == np.asarray(wanted)).all()
