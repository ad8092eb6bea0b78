"""Read the recording of a kit in another way: another tempo, length or metre, and so perhaps another cut."""

from dataclasses import replace

import numpy as np

from engine.core.loop import Audio, Loop
from engine.library.kits.decomposition import StoredDecomposition
from models.decompose import Tools, decompose
from models.hearing.readings import Wishes
from models.storing import made_with, restored


def read_again(kept: StoredDecomposition, wishes: Wishes) -> StoredDecomposition:
    """The kit of the whole recording, decomposed as wished by the plugins that made it. Names of sounds that only other
    patterns play are kept. Raises InvalidValue when no reading agrees with the wishes."""
    tools = Tools.of(made_with(kept))
    recording = Loop(whole_recording(kept), kept.sample_rate, kept.source.name)
    *_, last = decompose(recording, tools, kept.sample_rate, wishes=wishes)
    last = replace(last, kit=replace(last.kit, name=kept.kit.name))
    return replace(restored(last, kept), readings=last.readings, recording=last.recording,
                   as_played=replace(kept.as_played, loop_beats=None, bpm=None, downbeat_frames=0))


def whole_recording(kept: StoredDecomposition) -> Audio:
    """All that was recorded, (frames, 2), from its own beginning."""
    if kept.recording is not None:
        return kept.recording
    return np.ascontiguousarray(np.roll(kept.loop, kept.as_played.downbeat_frames, axis=0))
