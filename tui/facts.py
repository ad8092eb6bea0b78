"""Pages of facts, in words: the messages, the job, the audio device. Pure: a snapshot in, lines out."""

from collections.abc import Sequence

from engine.core.snapshot import Snapshot
from tui.glyphs import Glyphs
from tui.jitter import Jitter
from tui.messages import Message
from tui.meter_scale import decibels
from tui.midi_rows import clock_words, grid_words, sync_words

Line = tuple[str, str]  # what is quiet, what is said


def message_lines(history: Sequence[Message], now_s: float, warning: str) -> list[Line]:
    """All messages, newest first: how long ago, and how often."""
    if not history:
        return [("", "Tao has said nothing yet.")]
    return [(f"{ago(now_s - message.at_s):>8}  {warning if message.urgent else ' '} ",
             message.text + (f"  ({message.count} times)" if message.count > 1 else "")) for message in history]


def ago(seconds: float) -> str:
    """`now`, `40 s ago`, `12 min ago`, `3 h ago`."""
    if seconds < 1.0:
        return "now"
    for unit, name in ((3600.0, "h"), (60.0, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name} ago"
    return f"{seconds:.0f} s ago"


def job_lines(snapshot: Snapshot) -> list[Line]:
    """The job that runs, and what was heard in the loop that plays."""
    status = snapshot.status
    job, heard, loop = status.job, status.heard, status.machine.loop
    lines = [("Job", "none is running" if job is None else f"{job.loop_name}: {job.stage}, {job.fraction:.0%}"),
             ("Next job by", status.methods.words),
             ("Loop", "none" if loop is None else f"{loop.name}, {loop.beats:g} beats")]
    if heard is None:
        return [*lines, ("Match", "not known: decompose the loop to measure it")]
    whole = "comes with the kit" if heard.match is None else f"{heard.match:.1%} of the recording is kit and pattern"
    tracks = [(f"  {name}", f"{match:.1%} of its stem") for name, match in heard.track_match.items()]
    doubts = sum(step is not None and step.uncertain for track in heard.pattern.tracks for step in track.steps)
    return [*lines, ("Match", whole), *tracks, ("Doubts", f"{doubts} hits were uncertain when it was heard"),
            *((("Tempo", f"{reading.bpm:.2f} BPM, {reading.beats:g} beats, {reading.confidence:.0%} likely"))
              for reading in status.readings)]


LONG = 60  # columns for the name of a port
DRAWN = 45  # seconds of jitter: on 80 columns there is no room for more


def sync_lines(snapshot: Snapshot, jitter: Jitter, glyphs: Glyphs) -> list[Line]:
    """The clock that is followed and how steady it is, what is sent, the newest messages."""
    status = snapshot.status
    machine, sync, midi = status.machine, status.sync, status.midi
    sends = [(f"Output {place + 1}", f"{midi.joined_out[place] or 'connected to nothing'}: "
                                     f"{clock_words(machine.midi, place)}")
             for place, clock in enumerate(machine.midi.clocks) if clock.on or midi.joined_out[place]]
    return [
        ("Clock source", f"{machine.midi.source.value}: {sync_words(sync)}"),
        ("Tempo", f"{machine.timeline.bpm:.2f} BPM" + ("" if sync.bpm is None else f", the leader's {sync.bpm:.2f}")),
        *_jitter_lines(jitter, glyphs), *sends,
        *((f"Input {number}", name or "connected to nothing") for number, name in enumerate(midi.joined_in, 1)),
        ("Grid controller", grid_words(midi, LONG)),
        *((("MIDI in" if not place else ""), words) for place, words in enumerate(midi.recent or ("no message yet",))),
        ("To change it", "the MIDI screen; its first line is the clock source")]


def _jitter_lines(jitter: Jitter, glyphs: Glyphs) -> list[Line]:
    """A column for each of the last seconds; a full one is the worst of the last minute, but at least 1 ms."""
    if not any(value is not None for value in jitter.trail):
        return [("Jitter", "no MIDI clock is followed")]
    top_ms = max(1.0, jitter.worst_ms)
    steps = len(glyphs.wave) - 1
    drawn = "".join(" " if value is None else glyphs.wave[round(min(1.0, value / top_ms) * steps)]
                    for value in list(jitter.trail)[-DRAWN:])
    newest = next((f"{value:.2f} ms" for value in reversed(jitter.trail) if value is not None), "")
    return [("Jitter", f"{newest} now, at most {jitter.worst_ms:.2f} ms in the last minute"),
            (f"  0 to {top_ms:.1f} ms", drawn)]


def audio_lines(snapshot: Snapshot) -> list[Line]:
    """The device, and how it is doing."""
    status, meters = snapshot.status, snapshot.meters
    setup = status.recording
    delay_ms = 1000.0 * status.block_frames / status.sample_rate
    threshold = "the bar line" if setup.threshold_db is None else f"a sound above {setup.threshold_db:g} dB"
    return [
        ("Backend", status.backend), ("Device", status.device or "none"),
        ("Sample rate", f"{status.sample_rate} Hz"),
        ("Block", f"{status.block_frames} frames, {delay_ms:.1f} ms"),
        ("Load", f"{meters.load:.0%} of a block's time"),
        ("Dropped blocks", f"{meters.dropped_blocks} since the start"),
        ("Voices", str(meters.voices)),
        ("Input", "  ".join(f"{decibels(peak):+.0f} dB" for peak in meters.input_peaks)),
        ("Output", "  ".join(f"{decibels(peak):+.0f} dB" for peak in meters.master_peaks)),
        ("Takes start on", threshold),
        ("Count-in", f"{setup.count_in_bars} bar{'' if setup.count_in_bars == 1 else 's'}"),
        ("To change it", "quit, and start Tao with --audio, --device or --block; with make: AUDIO=jack or portaudio")]
