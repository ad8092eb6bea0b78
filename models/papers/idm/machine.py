"""The machine plays a loop: the network's kit, triggered by hits that the network or somebody else has found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.core.errors import UsageError
from engine.core.pattern import TRACK_NAMES
from engine.library.resampling import resampled
from models.papers.idm.features import RATE
from models.papers.idm.listening import Listener
from models.papers.tao.renderer import Renderer
from models.plugins import Audio, Transcription

_SOFTEST = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """tracks: the names; stems (tracks, frames): as the machine plays them, mono, at the loop's rate; shots: by track,
    (frames,) at that rate, as loud as the loudest hit; transcription: the hits, with the machine's own velocities."""

    tracks: tuple[str, ...]
    stems: np.ndarray
    shots: dict[str, np.ndarray]
    transcription: Transcription


def perform(listener: Listener, audio: Audio, sample_rate: int, transcription: Transcription) -> Performance:
    """Play the hits of `transcription` on the kit heard in audio (channels, frames), a circular loop.

    Onsets are taken as they are; velocities and gains are those that the network hears there. Raises UsageError for a
    track that is none of the network's classes.
    """
    tracks = transcription.tracks
    check_known(tracks)
    heard = listener.hear(audio, sample_rate)
    kit = listener.shots(heard.kits)
    renderer = Renderer(sample_rate, audio.shape[1], circular=True)
    onsets, stems, shots = [], [], {}
    for track in tracks:
        drum, hits = TRACK_NAMES.index(track), transcription.of(track)
        velocities = np.maximum(heard.velocities_at(np.array([hit.time_s for hit in hits]), drum), _SOFTEST)
        loudest = float(velocities.max())
        shot = resampled(kit[drum][None] * (heard.gains[drum] * loudest), RATE, sample_rate, circular=False)[0]
        shots[track] = np.asarray(shot, np.float32)
        softened = velocities / loudest
        places = torch.tensor([hit.time_s * sample_rate for hit in hits], dtype=torch.float64)
        stems.append(renderer.hits(places, torch.from_numpy(softened.astype(np.float32)),
                                   torch.from_numpy(shots[track])).numpy())
        onsets += [replace(hit, velocity=min(float(velocity), 1.0))
                   for hit, velocity in zip(hits, softened, strict=True)]
    onsets.sort(key=lambda hit: (hit.time_s, hit.track))
    return Performance(tracks, np.stack(stems), shots, replace(transcription, onsets=tuple(onsets)))


def check_known(tracks: Sequence[str]) -> None:
    """Raise UsageError if one of the tracks is no class of the network's."""
    unknown = [track for track in tracks if track not in TRACK_NAMES]
    if unknown:
        raise UsageError(f"The Inverse Drum Machine knows {', '.join(TRACK_NAMES)}, and not {', '.join(unknown)}. "
                         "Rename the track, or use another separator and extractor.")
