"""Replay a journal offline, through the same callback and the same rack: bit for bit what you heard."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace as with_changes
from pathlib import Path

import numpy as np

from engine.audio.callback import clock_call
from engine.audio.host import Host
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.dsp.layout import PENDING
from engine.dsp.processor import Processor
from engine.dsp.ring import CUTS, PAD, PANIC, Record
from engine.live.journal import Applied, Faded, Jumped, MidiActed, PadHit
from engine.live.journal_checks import played_samples
from engine.live.journal_reading import Performance, read_journal
from engine.rack.plugin import BYPASS, rack_called
from engine.rack.pyo_rack import CHUNK_FRAMES, PyoRack


def replay(folder: Path, frames: int, block_frames: int = CHUNK_FRAMES) -> Audio:
    """The first `frames` frames of the session in `folder`, float32 (frames, 2), by engine frame.

    Dropped blocks are silent, and so are samples that are damaged. block_frames: a multiple of 64. Raises
    UnreadableJournal.
    """
    return _filled(read_journal(folder), frames, block_frames)


def replayed(performance: Performance, frames: int, block_frames: int = CHUNK_FRAMES) -> Iterator[tuple[int, Audio]]:
    """The same piece by piece, each with its first frame: a long session needs no more memory than a short one.

    Whatever lies between two pieces is silent; a piece lasts until the next is asked for.
    """
    performance = _with_silence(performance)
    session = performance.session
    rack = None if session.effects == BYPASS else PyoRack(session.sample_rate, rack_called(session.effects))
    try:
        processor = Processor(session.sample_rate, block_frames)
        host = Host(processor, rack, None)
        yield from _play(performance, processor, host, frames, block_frames)
    finally:
        if rack is not None:
            rack.close()


def _filled(performance: Performance, frames: int, block_frames: int) -> Audio:
    out = np.zeros((frames, 2), np.float32)
    for at, piece in replayed(performance, frames, block_frames):
        out[at : at + len(piece)] = piece
    return out


def _play(performance: Performance, processor: Processor, host: Host, frames: int, block_frames: int
          ) -> Iterator[tuple[int, Audio]]:
    call = clock_call()
    events = deque(event for event in performance.events if isinstance(event, MidiActed)
                   or (isinstance(event, Applied) and event.sequence in performance.sent))
    jumps = deque(event for event in performance.events if isinstance(event, Jumped))
    for event in performance.events:
        if isinstance(event, Faded):
            host.fade_out(event.at_frames, event.frames)
    clicks = deque(performance.clicks)
    at = 0
    while at < frames:
        if jumps and jumps[0].from_frames <= at:
            at = max(at, jumps.popleft().to_frames)
            continue
        end = min(at + block_frames, jumps[0].from_frames if jumps else at + block_frames)
        pushed = 0
        while events and events[0].at_frames < end and pushed < PENDING and processor.slots.free:
            processor.push([_record(performance, processor, events.popleft())])
            pushed += 1  # what is too much for one block, and so never came from an engine, waits for the next
        while clicks and clicks[0].at_frames < end:
            host.clicks.add(clicks[0].at_frames, clicks.popleft().accent)
        call(host.address, end - at, at)
        processor.drain()
        yield at, host.out[: min(end, frames) - at]
        at = end


def _with_silence(performance: Performance) -> Performance:
    """The same with silence for each sample that is missing, as long as whatever plays it."""
    missing: set[SampleId] = set()
    longest = 0
    for machine in performance.sent.values():
        for name, frames in played_samples(machine) if isinstance(machine, Machine) else ():
            if name not in performance.samples:
                missing.add(name)
                longest = max(longest, frames)
    silence = np.zeros((longest, 2), np.float32)
    return with_changes(performance, samples={**performance.samples, **dict.fromkeys(missing, silence)})


def _record(performance: Performance, processor: Processor, event: Applied | MidiActed) -> Record:
    """The record that makes the audio thread do it again on the same frame."""
    if isinstance(event, MidiActed):
        return Record(event.kind, 0, event.at_frames, event.value)
    sent = performance.sent[event.sequence]
    if isinstance(sent, Machine):
        return processor.score(event.sequence, event.at_frames, sent, performance.samples)
    if isinstance(sent, PadHit):
        return Record(PAD, event.sequence, event.at_frames, sent.track, sent.velocity)
    return Record(PANIC, event.sequence, event.at_frames, CUTS if sent.cuts else 0)


def replay_session(folder: Path) -> tuple[Audio, int]:
    """A whole session, and its sample rate. Raises UnreadableJournal."""
    performance = read_journal(folder)
    return _filled(performance, length_of(performance), CHUNK_FRAMES), performance.session.sample_rate


def length_of(performance: Performance) -> int:
    """The frames of a session: up to its last fade, or two seconds past its last event."""
    rate = performance.session.sample_rate
    ends = [2 * rate]
    for event in performance.events:
        match event:
            case Faded():
                ends.append(event.at_frames + event.frames)
            case Applied() | MidiActed():
                ends.append(event.at_frames + 2 * rate)
            case Jumped():
                ends.append(event.to_frames)
    return max(ends)
