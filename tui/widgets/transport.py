"""The transport bar: the music on one line, the device and its levels on the next."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from engine.core.machine import Listen
from engine.core.snapshot import RecordState, Snapshot, Status, SyncState
from tui.glyphs import Glyphs
from tui.midi_rows import tempo_words
from tui.widgets.meter import LevelMeter
from tui.widgets.readout import Readout

LISTEN_WORDS = {Listen.ORIGINAL: "Original", Listen.KIT_AND_RESIDUAL: "Kit + Residual", Listen.KIT: "Kit"}


class Transport(Vertical):
    """Two lines of readouts. `show` is given each snapshot; a readout redraws only when its text changes."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="transport")
        self.glyphs = glyphs
        self.state = Readout(id="state", action_id="play")
        self.position = Readout(id="position", action_id="play")
        self.beats = Readout(id="beats")
        self.tempo = Readout(id="tempo", action_id="midi")
        self.listen = Readout("hear", id="listen", action_id="listen")
        self.record = Readout(id="record", action_id="record")
        self.device = Readout(id="device")
        self.load = Readout("DSP", id="load")
        self.dropped = Readout("dropped", id="dropped")
        self.input, self.output = LevelMeter("in", glyphs, id="in"), LevelMeter("out", glyphs, id="out")

    def compose(self) -> ComposeResult:
        """Music line, device line."""
        yield Horizontal(self.state, self.position, self.beats, self.tempo, self.listen, self.record,
                         id="clock")
        yield Horizontal(self.device, self.load, self.dropped, self.input, self.output, id="machine")

    def show(self, snapshot: Snapshot, record_bars: int, next_listen: Listen | None, elapsed_s: float) -> None:
        """Show the newest snapshot, `elapsed_s` after the last. next_listen: what is heard from the next bar on."""
        status, meters, glyphs = snapshot.status, snapshot.meters, self.glyphs
        playing = meters.playing
        bar, beat = snapshot.bar_beat
        per_bar = status.machine.pattern.beats_per_bar
        self.state.say(f"{glyphs.play} PLAY" if playing else f"{glyphs.stop} STOP", lamp=playing)
        self.position.say(f"{bar}.{beat}")
        lights = [glyphs.lit if playing and number == beat else glyphs.unlit
                  for number in range(1, per_bar + 1)]
        self.beats.say("".join(lights) if per_bar <= 8 else "")
        self.tempo.say(tempo_words(status.machine.timeline.bpm, status.sync),
                       lamp=status.sync.state is SyncState.LOST)
        mark = f"{glyphs.pending} " if next_listen else ""
        self.listen.say(mark + LISTEN_WORDS[next_listen or status.machine.listen])
        self.record.say(self._record_words(status, record_bars), status.record_state is not RecordState.OFF)
        self.device.say(f"{status.backend}: {status.device}  {_rate(status)}" if status.device
                  else f"{status.backend}  {_rate(status)}")
        self.dropped.say(str(meters.dropped_blocks), lamp=meters.dropped_blocks > 0)
        self.input.show(max(meters.input_peaks), elapsed_s)
        self.output.show(max(meters.master_peaks), elapsed_s)

    def show_load(self, load: float) -> None:
        """Show the highest share of a block's time used lately, 0..1."""
        self.load.say(f"{load:.0%}", lamp=load > 0.8)

    def _record_words(self, status: Status, record_bars: int) -> str:
        per_bar = status.machine.pattern.beats_per_bar
        match status.record_state:
            case RecordState.ARMED:
                return f"{self.glyphs.armed} ARMED {_bars(status.record_beats, per_bar)}"
            case RecordState.RECORDING:
                return f"{self.glyphs.record} REC {_bars(status.record_beats, per_bar)}"
        return f"rec off, {_bars(record_bars * per_bar, per_bar) if record_bars else 'free'}"


def _bars(beats: int, per_bar: int) -> str:
    if beats % per_bar:
        return f"{beats} beats"
    return "1 bar" if beats == per_bar else f"{beats // per_bar} bars"


def _rate(status: Status) -> str:
    return f"{status.sample_rate / 1000:g} kHz / {status.block_frames}"
