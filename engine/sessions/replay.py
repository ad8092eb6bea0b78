"""Replay a journal offline, through the same callback and the same rack: bit for bit what you heard."""

from dataclasses import replace as with_changes
from pathlib import Path

import numpy as np

from engine.audio.callback import clock_call
from engine.audio.host import Host
from engine.core.kit import SampleId
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.dsp.processor import Processor
from engine.dsp.ring import CUTS, PAD, PANIC, Record
from engine.live.bank import samples_of
from engine.live.journal import Applied, Faded, Jumped, MidiActed, PadHit
from engine.live.journal_reading import Performance, read_journal
from engine.rack.plugin import BYPASS, rack_called
from engine.rack.pyo_rack import CHUNK_FRAMES, PyoRack


def replay(folder: Path, frames: int, block_frames: int = CHUNK_FRAMES) -> Audio:
    """The first `frames` frames of the session in `folder`, float32 (frames, 2), by engine frame.

    Dropped blocks are silent, and so are samples that are damaged. block_frames: a multiple of 64. Raises
    UnreadableJournal.
    """
    performance = _with_silence(read_journal(folder))
    session = performance.session
    rack = None if session.effects == BYPASS else PyoRack(session.sample_rate, rack_called(session.effects))
    try:
        processor = Processor(session.sample_rate, block_frames)
        host = Host(processor, rack, None)
        return _play(performance, processor, host, frames, block_frames)
    finally:
        if rack is not None:
            rack.close()


def _play(performance: Performance, processor: Processor, host: Host, frames: int, block_frames: int) -> Audio:
    call = clock_call()
    out = np.zeros((frames, 2), np.float32)
    events = [event for event in performance.events if isinstance(event, MidiActed)
              or (isinstance(event, Applied) and event.sequence in performance.sent)]
    jumps = [event for event in performance.events if isinstance(event, Jumped)]
    for event in performance.events:
        if isinstance(event, Faded):
            host.fade_out(event.at_frames, event.frames)
    clicks = list(performance.clicks)
    at = 0
    while at < frames:
        if jumps and jumps[0].from_frames == at:
            at = jumps.pop(0).to_frames
            continue
        end = min(at + block_frames, jumps[0].from_frames if jumps else at + block_frames)
        while events and events[0].at_frames < end:
            event = events.pop(0)
            processor.push([_record(performance, processor, event)])
        while clicks and clicks[0].at_frames < end:
            host.clicks.add(clicks[0].at_frames, clicks.pop(0).accent)
        call(host.address, end - at, at)
        processor.drain()
        kept = max(0, min(end, frames) - at)
        out[at : at + kept] = host.out[:kept]
        at = end
    return out


def _with_silence(performance: Performance) -> Performance:
    """The same with silence for each sample that is missing, as long as whatever plays it."""
    lengths: dict[SampleId, int] = {}
    for machine in performance.sent.values():
        if isinstance(machine, Machine):
            shots = [*machine.kit.one_shots.values(), *([] if machine.audition is None else [machine.audition])]
            frames = {shot.sample: shot.frames for shot in shots}
            frames |= {layer.sample: layer.frames for shot in shots for layer in shot.layers}
            if machine.loop is not None:
                frames |= dict.fromkeys(filter(None, (machine.loop.sample, machine.loop.residual)), machine.loop.frames)
            for name in samples_of(machine) - performance.samples.keys():
                lengths[name] = max(lengths.get(name, 0), frames[name])
    silence = {name: np.zeros((frames, 2), np.float32) for name, frames in lengths.items()}
    return with_changes(performance, samples={**performance.samples, **silence})


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
    """A whole session, and its sample rate: up to its last fade, or two seconds past its last event.

    Raises UnreadableJournal.
    """
    performance = read_journal(folder)
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
    return replay(folder, max(ends)), rate
