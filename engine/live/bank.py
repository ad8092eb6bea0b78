"""The sample bank: audio by id, kept while anything that plays, or can come back by undo, refers to it."""

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from engine.bridge.messages import SampleRef
from engine.bridge.segments import map_segment, touch, unlink_segment
from engine.core.errors import InvalidValue
from engine.core.kit import SampleId, sample_id
from engine.core.loop import Audio
from engine.core.machine import Machine

NAME = re.compile("[0-9a-f]{8,64}")


def samples_of(machine: Machine) -> set[SampleId]:
    """Every sample that the machine can play, or that its crossbreeds can."""
    kits = [machine.kit, *(parent.kit for parent in (machine.cross.a, machine.cross.b) if parent is not None)]
    names = {sample for kit in kits for one_shot in kit.one_shots.values() for sample in one_shot.samples}
    if machine.audition is not None:
        names.add(machine.audition.sample)
    if machine.loop is not None:
        names.add(machine.loop.sample)
        if machine.loop.residual is not None:
            names.add(machine.loop.residual)
    return names


class SampleBank(Mapping[SampleId, Audio]):
    """Read-only float32 stereo arrays (frames, 2), C-contiguous, every page already touched."""

    def __init__(self) -> None:
        self._samples: dict[SampleId, Audio] = {}

    def __getitem__(self, name: SampleId) -> Audio:
        return self._samples[name]

    def __iter__(self) -> Iterator[SampleId]:
        return iter(self._samples)

    def __len__(self) -> int:
        return len(self._samples)

    @property
    def bytes(self) -> int:
        """How much memory the samples take."""
        return sum(audio.nbytes for audio in self._samples.values())

    def add(self, audio: Audio) -> SampleId:
        """Keep a recording; its id."""
        name = sample_id(audio)
        if name not in self._samples:  # the array that is there may be sounding: it must stay where it is
            self._keep(name, np.ascontiguousarray(audio, np.float32))
        return name

    def attach(self, refs: Mapping[SampleId, SampleRef]) -> None:
        """Map samples that lie in shared memory, and remove the names of their segments.

        Raises SegmentMissing, and InvalidValue when a sample is not finite.
        """
        for name, ref in refs.items():
            if not NAME.fullmatch(name):
                raise InvalidValue(f"A sample's id is hexadecimal, unlike {name[:40]!r}.")
            if name not in self._samples:
                self._keep(name, map_segment(ref.segment, ref.frames, 2, ref.offset_frames))
        for segment in {ref.segment for ref in refs.values()}:
            unlink_segment(segment)

    def check(self, machine: Machine) -> None:
        """Raise InvalidValue unless every sample of `machine` is here and as long as the machine says."""
        missing = samples_of(machine) - self._samples.keys()
        if missing:
            raise InvalidValue(f"The sample {min(missing)} is not loaded. Load its kit or loop again.")
        for track, one_shot in machine.kit.one_shots.items():
            announced = [(one_shot.sample, one_shot.frames), *((la.sample, la.frames) for la in one_shot.layers)]
            if any(frames > len(self._samples[sample]) for sample, frames in announced):
                raise InvalidValue(f"The one-shot of {track} is incomplete. Load its kit again.")
        audition = machine.audition
        if audition is not None and audition.frames > len(self._samples[audition.sample]):
            raise InvalidValue("The sound to audition is incomplete. Search for it again.")
        loop = machine.loop
        for name in (loop.sample, loop.residual) if loop is not None else ():
            if name is not None and loop is not None and loop.frames > len(self._samples[name]):
                raise InvalidValue(f"The loop {loop.name} is incomplete. Load it again.")

    def retire(self, machines: Iterable[Machine], sounding: set[int]) -> None:
        """Forget samples that no machine names and no voice reads. sounding: the addresses that voices read."""
        wanted: set[SampleId] = set()
        for machine in machines:
            wanted |= samples_of(machine)
        for name in self._samples.keys() - wanted:
            if self._samples[name].ctypes.data not in sounding:
                del self._samples[name]

    def _keep(self, name: SampleId, audio: Audio) -> None:
        if audio.ndim != 2 or audio.shape[1] != 2 or not np.isfinite(audio).all():
            raise InvalidValue("A sample is stereo, without NaN or infinity. Decompose the loop again.")
        touch(audio)
        audio.flags.writeable = False
        self._samples[name] = audio
