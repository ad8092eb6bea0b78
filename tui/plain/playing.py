"""The words for playing and recording."""

from dataclasses import replace

from engine.core.commands import Panic, Play, SetClockSource, SetGain, SetListen, SetTempo, Stop
from engine.core.commands.boundary import Boundary
from engine.core.errors import UsageError
from engine.core.machine import Listen
from engine.core.midi import ClockSource
from engine.core.recording import (
    KIT,
    MASTER,
    MAX_BARS,
    MAX_COUNT_IN_BARS,
    Monitor,
    RecordingSetup,
    recent_taps,
    tapped_bpm,
)
from engine.core.requests import (
    CancelRecording,
    CaptureLast,
    EndTake,
    Hold,
    Overdub,
    Resample,
    SetRecording,
    StartFreeTake,
    StartRecording,
)
from engine.core.timeline import MAX_BPM, MIN_BPM
from tui.plain.line import Answer, Ask, Line, Say
from tui.plain.word import Word

BOUNDARIES = {boundary.value: boundary for boundary in (Boundary.NOW, Boundary.BEAT, Boundary.BAR, Boundary.PATTERN)}
LISTENS = {listen.value: listen for listen in Listen}


def _play(line: Line) -> Answer:
    return Say(("It plays already.",)) if line.snapshot.meters.playing else Ask(Play())


def _tempo(line: Line) -> Answer:
    if not line.more:
        return Say((f"Tempo {line.machine.steady_bpm:.2f} BPM.",))
    by = line.peek()[:1] in ("+", "-")
    value = line.number("a tempo in BPM")
    bpm = line.machine.steady_bpm + value if by else value
    if not MIN_BPM <= bpm <= MAX_BPM:
        raise UsageError(f"A tempo lies between {MIN_BPM:g} and {MAX_BPM:g} BPM; {bpm:g} was asked for.")
    return Ask(SetTempo(bpm))


def _tap(line: Line) -> tuple[Answer, ...]:
    taps = recent_taps((*line.choices.taps, line.now_s))
    kept, bpm = replace(line.choices, taps=taps), tapped_bpm(taps)
    return (kept, Say((f"Tap {3 - len(taps)} more.",))) if bpm is None else (kept, Ask(SetTempo(bpm)))


def _listen(line: Line) -> Answer:
    to = line.one_of("what you hear", LISTENS)
    now = bool(line.more and line.one_of("when", {"now": True}))
    return Ask(SetListen(to), Boundary.NOW if now else Boundary.BAR)


def _record(line: Line) -> Answer:
    if line.peek() == "free" or (not line.more and not line.choices.bars):
        if line.more:
            line.word("free")
        return Ask(StartFreeTake(), said="The take starts on the next bar line. Type end to end it.")
    return Ask(StartRecording(line.beats()))


def _length(line: Line) -> tuple[Answer, ...]:
    bars = 0 if line.peek() == "free" and line.word("free") else line.whole("a number of bars, or free", 1, MAX_BARS)
    words = f"Takes last {bars} bar{'s' if bars > 1 else ''}." if bars else "Takes last until you type end."
    return replace(line.choices, bars=bars), Say((words,))


def _boundary(line: Line) -> tuple[Answer, ...]:
    boundary = line.one_of("when mutes and solos take effect", BOUNDARIES)
    return replace(line.choices, boundary=boundary), Say((f"Mutes and solos wait for: {boundary.value}.",))


def _resample(line: Line) -> Answer:
    sources = {MASTER: MASTER, KIT: KIT, **{track.name: track.name for track in line.machine.pattern.tracks}}
    source = line.one_of("what to record", sources) if line.more and not line.peek().isdecimal() else MASTER
    return Ask(Resample(source, line.beats()))


def _recording(line: Line, setup: RecordingSetup, said: str) -> Answer:
    return Ask(SetRecording(setup), said=said)


def _count_in(line: Line) -> Answer:
    bars = line.whole("a number of bars", 0, MAX_COUNT_IN_BARS)
    return _recording(line, replace(line.snapshot.status.recording, count_in_bars=bars), f"Count-in: {bars} bars.")


def _threshold(line: Line) -> Answer:
    level_db = None if line.peek() == "off" and line.word("off") else line.number("a level in dB, or off", -60.0, -6.0)
    words = "Takes start on the bar line." if level_db is None else f"Takes start on a sound above {level_db:g} dB."
    return _recording(line, replace(line.snapshot.status.recording, threshold_db=level_db), words)


def _monitor(line: Line) -> Answer:
    monitor = line.one_of("monitoring", {one.value: one for one in Monitor})
    return _recording(line, replace(line.snapshot.status.recording, monitor=monitor),
                      f"Input monitoring: {monitor.value}.")


PLAYING = (
    Word("play", "", _play, ("play",), "play from bar 1"),
    Word("stop", "", lambda line: Ask(Stop()), ("play",), "stop"),
    Word("tempo", "[BPM | +BPM | -BPM]", _tempo, ("tempo-up", "tempo-down", "type-tempo"),
         "say or set the tempo, such as 136.88"),
    Word("tap", "", _tap, ("tap",)),
    Word("source", "internal | midi | link | jack | auto", lambda line: Ask(SetClockSource(
        line.one_of("a clock source", {one.value: one for one in ClockSource}))), ("source",), "choose what leads"),
    Word("listen", "original | kit+residual | kit [now]", _listen, ("listen", "listen-now"),
         "choose what you hear of the loop, from the next bar line on"),
    Word("gain", "DB", lambda line: Ask(SetGain(line.number("a gain in dB", -60.0, 12.0))), ("gain",),
         "set the master fader"),
    Word("boundary", "now | beat | bar | pattern", _boundary, ("boundary",)),
    Word("panic", "", lambda line: Ask(Panic(), said="All voices and MIDI notes are silenced."), ("panic",),
         "silence every voice and MIDI note"),
    Word("record", "[BARS | free]", _record, ("record",), "record from the next bar line"),
    Word("end", "", lambda line: Ask(EndTake()), ("record",), "end the running take on the bar line"),
    Word("cancel", "", lambda line: Ask(CancelRecording()), ("cancel-take",)),
    Word("length", "BARS | free", _length, ("length",), "set how long takes are"),
    Word("catch", "[BARS]", lambda line: Ask(CaptureLast(line.beats())), ("catch",)),
    Word("overdub", "", lambda line: Ask(Overdub()), ("overdub",)),
    Word("resample", "[master | kit | TRACK] [BARS]", _resample, ("resample", "resample-kit", "resample-track"),
         "record Tao's own output, the kit alone or a track"),
    Word("hold", "[BARS]", lambda line: Ask(Hold(line.beats())), ("hold",)),
    Word("count-in", "BARS", _count_in, ("count-in",), "set how many bars are counted in, 0 for none"),
    Word("threshold", "DB | off", _threshold, ("threshold",), "start takes on a sound of this level"),
    Word("monitor", "on | auto | off", _monitor, ("monitor",), "input monitoring: on, only for takes, off"),
)
