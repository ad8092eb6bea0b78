"""The words about the session: undo, status, leaving."""

from engine.core.effects import NOTES
from engine.core.requests import Redo, Undo
from engine.core.snapshot import RecordState, Snapshot
from tui.midi_rows import sync_words
from tui.plain.line import Answer, Ask, Leave, Line, Say
from tui.plain.word import Word

RECORD_WORDS = {RecordState.OFF: "No take is running.", RecordState.ARMED: "A take waits for its bar line.",
                RecordState.RECORDING: "A take is running."}


def status_lines(snapshot: Snapshot) -> tuple[str, ...]:
    """Everything that the screen's top shows, in sentences."""
    status, meters, machine = snapshot.status, snapshot.meters, snapshot.status.machine
    bar, beat = snapshot.bar_beat
    loop = machine.loop
    job = status.job
    effects = [f"{effect.value} {machine.effects.of(effect).amount:g}"
               + (f" {NOTES[machine.effects.of(effect).ticks]}" if machine.effects.of(effect).ticks else "")
               for effect in machine.effects.on]
    device = status.device or "no device"
    return tuple(filter(None, (
        status.banner or "",
        f"Playing, bar {bar}, beat {beat}." if meters.playing else "Stopped.",
        f"Tempo {machine.steady_bpm:.2f} BPM, {sync_words(status.sync)}.",
        f"Pattern {machine.slot + 1}, {machine.pattern.beats:g} beats, swing {machine.pattern.swing:.0%}.",
        f"Loop {loop.name}, {loop.beats:g} beats. You hear: {machine.listen.value}." if loop else "No loop.",
        f"Kit {machine.kit.name}: {', '.join(machine.kit.one_shots)}." if machine.kit.one_shots else "No kit.",
        RECORD_WORDS[status.record_state],
        f"At work on {job.loop_name}: {job.stage}, {job.fraction:.0%}." if job else "",
        f"Muted: {', '.join(sorted(machine.mutes))}." if machine.mutes else "",
        f"Solo: {', '.join(sorted(machine.solos))}." if machine.solos else "",
        f"Effects: {', '.join(effects)}." if effects else "",
        f"Waiting: {', '.join(status.pending)}." if status.pending else "",
        f"Audio: {status.backend}, {device}, {status.sample_rate} Hz, {status.block_frames} frames, load "
        f"{meters.load:.0%}, {meters.dropped_blocks} blocks dropped.")))


def _status(line: Line) -> Answer:
    return Say(status_lines(line.snapshot))


SESSION = (
    Word("undo", "", lambda line: Ask(Undo()), ("undo",)),
    Word("redo", "", lambda line: Ask(Redo()), ("redo",)),
    Word("status", "", _status, (), "say what plays, and how"),
    Word("detach", "", lambda line: Leave(), ("detach",), "leave, and let the music play on"),
    Word("quit", "", lambda line: Leave(stop=True), ("quit",), "stop the engine and leave"),
)
