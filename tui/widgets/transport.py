"""The transport bar: the music in large digits, and below it what is heard, recorded and used."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from engine.core.machine import Listen
from engine.core.snapshot import RecordState, Snapshot, Status, SyncState
from engine.core.time_signature import Quarters
from tui.glyphs import Glyphs
from tui.midi_rows import tempo_words
from tui.widgets.lamps import Lamps
from tui.widgets.meter import LevelMeter
from tui.widgets.readout import BigReadout, Readout

LISTEN_WORDS = {Listen.ORIGINAL: "Original", Listen.KIT_AND_RESIDUAL: "Kit + Residual", Listen.KIT: "Kit"}
ROOM_FOR_ALL = 92  # columns for the lower line when blocks were dropped
BIG_RECORD = {RecordState.ARMED: "ARM", RecordState.RECORDING: "REC"}


class Transport(Vertical):
    """`show` is given each snapshot; a readout redraws only when its text changes."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="transport")
        self.glyphs = glyphs
        self.state = BigReadout(glyphs, "play", id="state")
        self.position = BigReadout(glyphs, "play", id="position")
        self.beats = Lamps(glyphs)
        self.tempo = BigReadout(glyphs, "type-tempo", id="tempo")
        self.take = BigReadout(glyphs, "record", id="take")
        self.listen = Readout("hear", id="listen", action_id="listen")
        self.record = Readout(id="record", action_id="record")
        self.device = Readout(id="device", action_id="audio")
        self.load = Readout("DSP", id="load", action_id="audio")
        self.dropped = Readout("dropped", id="dropped", action_id="audio")
        self.input, self.output = LevelMeter("in", glyphs, id="in"), LevelMeter("out", glyphs, id="out")

    def compose(self) -> ComposeResult:
        """Music, then the line below."""
        yield Horizontal(self.state, self.position, self.beats, self.tempo, self.take, id="clock")
        yield Horizontal(self.listen, self.record, self.device, self.load, self.dropped, self.input, self.output,
                         id="machine")

    def show(self, snapshot: Snapshot, record_bars: int, next_listen: Listen | None, elapsed_s: float,
             connected: bool = True) -> None:
        """Show the newest snapshot, `elapsed_s` after the last. next_listen: what is heard from the next bar on;
        connected: whether the engine still answers."""
        status, meters, glyphs = snapshot.status, snapshot.meters, self.glyphs
        playing = meters.playing and connected
        bar, beat = snapshot.bar_beat
        pattern = status.machine.pattern
        if not connected:
            self.state.say_big("X GONE", "X", lamp=False)
        else:
            self.state.say_big(f"{glyphs.play} PLAY" if playing else f"{glyphs.stop} STOP", ">" if playing else "=",
                               lamp=playing)
        self.state.set_class(not connected, "-gone")
        self.position.say_big(f"{bar}.{beat}", f"{bar}.{beat}")
        self.beats.beats, self.beats.lit = -(-pattern.bar_ticks // pattern.pulse_ticks), beat if playing else 0
        words = tempo_words(status.machine.timeline.bpm, status.sync, bool(status.readings))
        self.tempo.say_big(words, words.partition(" ")[0], lamp=status.sync.state is SyncState.LOST)
        mark = f"{glyphs.pending} " if next_listen else ""
        self.listen.say(mark + LISTEN_WORDS[next_listen or status.machine.listen])
        self._show_take(status, record_bars, connected)
        self.device.say(f"{status.backend} {status.sample_rate / 1000:g}k/{status.block_frames}")
        self.dropped.say(str(meters.dropped_blocks), lamp=meters.dropped_blocks > 0)
        self.device.display = not meters.dropped_blocks or self.size.width >= ROOM_FOR_ALL
        self.input.show(max(meters.input_peaks), elapsed_s)
        self.output.show(max(meters.master_peaks), elapsed_s)

    def show_load(self, load: float) -> None:
        """Show the highest share of a block's time used lately, 0..1."""
        self.load.say(f"{load:.0%}", lamp=load > 0.8)

    def _show_take(self, status: Status, record_bars: int, connected: bool) -> None:
        state = status.record_state if connected else RecordState.OFF
        words, on = self._record_words(status, record_bars, state), state is not RecordState.OFF
        self.record.say(words, on)
        self.take.say_big(words if on else "", BIG_RECORD.get(state, ""), on)

    def _record_words(self, status: Status, record_bars: int, state: RecordState) -> str:
        per_bar = status.machine.pattern.beats_per_bar
        match state:
            case RecordState.ARMED:
                return f"{self.glyphs.armed} ARMED {_bars(status.record_beats, per_bar)}"
            case RecordState.RECORDING:
                return f"{self.glyphs.record} REC {_bars(status.record_beats, per_bar)}"
        return f"rec off, {_bars(record_bars * per_bar, per_bar) if record_bars else 'free'}"


def _bars(beats: Quarters, per_bar: Quarters) -> str:
    if beats % per_bar:
        return f"{beats:g} beats"
    return "1 bar" if beats == per_bar else f"{beats // per_bar:g} bars"
