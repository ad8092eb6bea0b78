"""A worker for tests, a real process that speaks the protocol and decomposes in the simplest way there is.

A loop becomes a kit of one drum that plays the whole loop, triggered once per pass: so what the kit plays is the
loop, to the sample. Only the last stage is sure of it. Where its beats are not sure it may have half as many again. A
loop that is corrected gets the pattern that is wanted. A folder's name is a seed: the kit is made of noise bursts.
Other plugins than the usual ones are mentioned. A name can ask for misbehaviour: to crash, to hang after the first
word, to be slow, to be mute from the start.
"""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from engine.bridge.codec import Codec
from engine.bridge.messages import (
    TO_WORKER,
    CancelWork,
    DecomposeFile,
    DecomposeJob,
    JobDone,
    JobFailed,
    JobNotice,
    OpenFolder,
    Progress,
    SampleRef,
    StageReady,
)
from engine.bridge.segments import NoSharedMemory, map_segment, write_segment
from engine.bridge.wire import read_frame, write_frame
from engine.core.kit import Kit, OneShot, sample_id
from engine.core.loop import PlayedLoop, Reading
from engine.core.methods import USUAL
from engine.core.pattern import Pattern, Step, Track

PEER_WORKER = (sys.executable, "-m", "tests.peer_worker")
THINKING_S = 1.5
SLOW_STEPS, SLOW_S = 12, 0.3
NAMES = ("kick", "snare", "hihat")


def noise_kit(name: str, rate: int) -> tuple[Kit, Pattern, dict[str, np.ndarray]]:
    """Three decaying bursts and a busy pattern, the same for the same name."""
    rng = np.random.default_rng(sum(name.encode()))
    samples, one_shots = {}, {}
    for track in NAMES:
        frames = int(rng.integers(rate // 20, rate // 4))
        burst = rng.normal(size=(frames, 2)) * np.exp(-np.arange(frames) / (frames / 5))[:, None]
        audio = (0.2 * burst).astype(np.float32)
        samples[sample_id(audio)] = audio
        one_shots[track] = OneShot(sample_id(audio), frames, pan=float(rng.uniform(-0.5, 0.5)),
                                   pitch_semitones=0.0 if track == "kick" else float(rng.uniform(-3, 3)))
    tracks = tuple(Track(track, tuple(Step(float(rng.uniform(0.2, 1.0))) if rng.random() < 0.4 else None
                                      for _ in range(16))) for track in NAMES)
    return Kit(name, one_shots), Pattern(tracks, beats=4, swing=0.58), samples


def whole_loop_kit(name: str, audio: np.ndarray, beats: int) -> tuple[Kit, Pattern, dict[str, np.ndarray]]:
    """One drum that is the loop, and one step in each pass of it."""
    sample = sample_id(audio)
    track = Track("loop", (Step(1.0), *[None] * (beats - 1)), steps_per_beat=1)
    return Kit(name, {"loop": OneShot(sample, len(audio))}), Pattern((track,), beats=beats), {sample: audio}


def unsure_of(pattern: Pattern) -> Pattern:
    """The same hits, half as likely."""
    return replace(pattern, tracks=tuple(
        replace(track, steps=tuple(step and replace(step, confidence=0.5) for step in track.steps))
        for track in pattern.tracks))


def misbehave(out: BinaryIO, progress: bytes, name: str) -> None:
    """Report progress, and do before and after it what the job's name asks for."""
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "mute" in name:
        time.sleep(3600)
    write_frame(out, progress)
    if "hang" in name:
        time.sleep(3600)
    for _ in range(SLOW_STEPS if "slow" in name else 0):
        time.sleep(SLOW_S)
        write_frame(out, progress)


def answer(out: BinaryIO, codec: Codec, job: Any) -> None:
    """Do one job."""
    name = Path(job.path).name if isinstance(job, OpenFolder | DecomposeFile) else job.name
    if not isinstance(job, OpenFolder) and job.methods != USUAL:
        write_frame(out, codec.encode(JobNotice(job.job_id, f"Job {job.job_id} works with {job.methods.words}.")))
    misbehave(out, codec.encode(Progress(job.job_id, "slices", 0.2)), name)
    if isinstance(job, OpenFolder):
        kit, pattern, samples = noise_kit(name, job.engine_rate)
        stages, loop = ["kit"], None
    elif isinstance(job, DecomposeJob):
        audio = np.array(map_segment(job.segment, job.frames, job.channels))
        kit, pattern, samples = whole_loop_kit(job.name, audio, job.beats or 4)
        stages, loop = ["slices", "kit"], PlayedLoop(sample_id(audio), len(audio), job.beats or 4, job.name)
        if job.wanted is not None:
            stages, pattern = ["kit"], job.wanted
            write_frame(out, codec.encode(JobNotice(job.job_id, "The steps were read.")))
    else:
        write_frame(out, codec.encode(JobFailed(job.job_id, f"{job.path} is no audio file; pick another.")))
        return
    try:
        segment, offsets = write_segment(job.folder, list(samples.values()))
    except NoSharedMemory as full:
        write_frame(out, codec.encode(JobFailed(job.job_id, str(full))))
        return
    refs = {key: SampleRef(segment, offset, len(audio))
            for (key, audio), offset in zip(samples.items(), offsets, strict=True)}
    for stage in stages:
        unsure = isinstance(job, DecomposeJob) and not job.sure and stage == stages[0]
        beats = loop.beats if loop is not None else 0
        readings = (Reading(beats * 3 // 2, 180.0, 0.4), Reading(beats, 120.0, 0.3)) if unsure else ()
        heard = pattern if stage == "kit" else unsure_of(pattern)
        stage_ready = StageReady(job.job_id, stage, kit, heard, loop, refs if stage == stages[0] else {}, 0.99,
                                 readings=readings)
        write_frame(out, codec.encode(stage_ready))
        if stage != stages[-1]:
            time.sleep(THINKING_S)
    write_frame(out, codec.encode(JobDone(job.job_id)))


def main() -> None:
    """Answer jobs until the engine hangs up."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    codec = Codec(TO_WORKER)
    while (data := read_frame(sys.stdin.buffer)) is not None:
        message = codec.decode(data).message
        if not isinstance(message, CancelWork):
            answer(out, codec, message)


if __name__ == "__main__":
    main()
