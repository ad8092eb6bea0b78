"""Takes, planned: when one starts and ends, what it records, and what it will be used for."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.audio.host import Host
from engine.core import requests as say
from engine.core.commands import Boundary, Play, PlaySince, Stop, target_frames
from engine.core.errors import InvalidValue
from engine.core.machine import Machine
from engine.core.recording import INPUT, KIT, MASTER, MAX_BARS, Monitor, RecordingSetup
from engine.core.snapshot import Notice, RecordState
from engine.core.timeline import PPQN, Ticks
from engine.dsp.layout import TAP_KIT
from engine.dsp.ring import FrameRing
from engine.library.files import free_path
from engine.live.conductor import Conductor
from engine.live.journal import Clicked, Unclicked
from engine.takes.recorder import Finished, Recorder, Take, Use

MAX_TAKE_S = 300.0
PREROLL_S = 0.002  # an attack begins before it is loud
COUNT_IN_LEAD_S = 0.05


class Takes:
    """Owns the recorder and how it is set up. The control thread alone calls it."""

    def __init__(self, conductor: Conductor, host: Host, folder: Path, latency_frames: Callable[[], int],
                 tell: Callable[[Notice], None]) -> None:
        self._conductor, self._host, self._folder, self._tell = conductor, host, folder, tell
        self._latency_frames = latency_frames
        self._recorder = Recorder(host.sample_rate)
        self._waiting: tuple[int | None, int] | None = None  # beats (None: free), heard up to; for the threshold
        self._counting_until: int | None = None
        self.setup = RecordingSetup()
        self.beats = 8

    @property
    def state(self) -> RecordState:
        """Where the take stands."""
        return RecordState.ARMED if self._waiting is not None else self._recorder.state

    def do(self, message: object) -> None:
        """Carry out what a face asks about takes. Raises InvalidValue when that cannot be."""
        match message:
            case say.StartRecording(beats):
                self._start(beats)
            case say.StartFreeTake():
                self._start(None)
            case say.EndTake():
                self.end()
            case say.CancelRecording():
                self.cancel()
            case say.CaptureLast(beats):
                self._capture_last(beats)
            case say.Overdub():
                self._overdub()
            case say.Resample(source, beats):
                self._resample(source, beats)
            case say.Hold(beats):
                self._hold(beats)
            case say.SetRecording(setup):
                self.setup = setup

    def tick(self) -> Finished | None:
        """Look whether the threshold is passed or a take complete. Raises TaoError when a take is lost."""
        if self._waiting is not None:
            self._listen(*self._waiting)
        armed = self.state is not RecordState.OFF
        if not armed:
            self._host.listen_in(0)
        self._host.monitor(self.setup.monitor is Monitor.ON or (self.setup.monitor is Monitor.AUTO and armed))
        take = self._recorder.take
        if take is not None and take.end_frames is None and take.end_ticks is None \
                and self._recorder.frames > MAX_TAKE_S * self._host.sample_rate:
            self.end()
        return self._recorder.poll(lambda frame: self._conductor.schedule.at(frame).timeline)

    def end(self) -> None:
        """End the running take on the next bar line, or now where it sets the tempo."""
        take, machine = self._recorder.take, self._machine
        if self._recorder.state is not RecordState.RECORDING or take is None:
            raise InvalidValue("No take is running; start one with r.")
        if take.start_ticks is None:
            take.end_frames = self._conductor.now_frames
            return
        bar = machine.pattern.bar_ticks
        now = int(machine.timeline.ticks_at(self._conductor.now_frames))
        bars = max(1, -(-(now - take.start_ticks) // bar))
        if take.end_ticks is None or take.start_ticks + bars * bar < take.end_ticks:
            take.end_ticks, take.end_frames = Ticks(take.start_ticks + bars * bar), None
            take.beats = bars * bar // PPQN
            self.beats = take.beats

    def cancel(self) -> None:
        """Forget the take; a count-in stops, and the transport with it."""
        self._waiting = None
        self._recorder.cancel()
        until, earliest = self._counting_until, self._conductor.earliest_frames
        if until is not None and until > earliest:
            self._conductor.perform(Stop(), at_frames=until)
            self._host.clicks.forget_from(earliest)
            self._conductor.note(Unclicked(earliest))
        self._counting_until = None

    def close(self) -> None:
        """Keep what there is of a running take."""
        self._recorder.close()

    @property
    def _machine(self) -> Machine:
        return self._conductor.schedule.latest

    def _start(self, beats: int | None) -> None:
        self._refuse_a_second()
        if beats is not None:
            self._check_length(beats)
            self.beats = beats
        if self.setup.threshold is not None:
            self._waiting = beats, self._host.processor.capture.newest_frame
        elif beats is None and not self._machine.playing and self._machine.loop is None:
            self._arm(Take(self._conductor.earliest_frames, None, use=Use.TEMPO))
        else:
            self._arm(self._from_the_bar(beats, self.setup.count_in_bars))

    def _from_the_bar(self, beats: int | None, count_in_bars: int) -> Take:
        """A take from the next bar line; when stopped, from the transport's start after a count-in."""
        machine = self._machine
        if machine.playing:
            frame = int(target_frames(machine, Boundary.BAR, self._conductor.earliest_frames))
        else:
            frame = self._conductor.perform(Play(), at_frames=self._count_in(machine, count_in_bars))
        machine = self._conductor.schedule.at(frame)
        ticks = machine.timeline.ticks_at(frame)
        end = None if beats is None else Ticks(ticks + beats * PPQN)
        return Take(frame, None, beats, ticks, end)

    def _count_in(self, machine: Machine, bars: int) -> int:
        """Plan the clicks; the frame after them, 0 without any."""
        if not bars:
            return 0
        per_beat = machine.timeline.frames_per_tick * PPQN
        first = self._conductor.earliest_frames + round(COUNT_IN_LEAD_S * self._host.sample_rate)
        beats_per_bar = machine.pattern.beats_per_bar
        for beat in range(bars * beats_per_bar):
            click = Clicked(first + round(beat * per_beat), beat % beats_per_bar == 0)
            self._host.clicks.add(click.at_frames, click.accent)
            self._conductor.note(click)
        self._counting_until = first + round(bars * beats_per_bar * per_beat)
        return self._counting_until

    def _listen(self, beats: int | None, heard: int) -> None:
        """Look for the threshold in what has come in since."""
        ring = self._host.processor.capture
        newest = ring.newest_frame
        loud = np.abs(ring.read(heard, newest - heard)).max(axis=1, initial=0.0) >= self.setup.threshold
        self._waiting = beats, newest
        if loud.any():
            self._waiting = None
            latency = self._latency_frames()
            onset = heard + int(np.argmax(loud)) - latency - round(PREROLL_S * self._host.sample_rate)
            self._arm(self._from_the_onset(beats, onset))

    def _from_the_onset(self, beats: int | None, onset: int) -> Take:
        """A take that begins with the sound; while playing, with the bar that the sound came in."""
        machine = self._machine
        if machine.playing:
            bar = machine.pattern.bar_ticks
            ticks = Ticks(max(0, int(machine.timeline.ticks_at(onset)) // bar * bar))
            end = None if beats is None else Ticks(ticks + beats * PPQN)
            return Take(int(machine.timeline.frames_at(ticks)), None, beats, ticks, end)
        if beats is None and machine.loop is None:
            return Take(onset, None, use=Use.TEMPO)
        self._conductor.perform(PlaySince(machine.timeline.bpm, onset))
        return Take(onset, None, beats, Ticks(0), None if beats is None else Ticks(beats * PPQN))

    def _capture_last(self, beats: int) -> None:
        self._refuse_a_second()
        take = self._last(beats, self._host.processor.capture, self._latency_frames())
        self._arm(take)

    def _last(self, beats: int, ring: FrameRing, latency: int) -> Take:
        """The last `beats` beats up to the bar line just passed; when stopped, up to now."""
        self._check_length(beats)
        machine, now = self._machine, self._conductor.now_frames
        ticks = machine.timeline.ticks_at(now) // machine.pattern.bar_ticks * machine.pattern.bar_ticks
        end = int(machine.timeline.frames_at(ticks)) if machine.playing else now
        start = end - round(beats * PPQN * machine.timeline.frames_per_tick)
        start_ticks = Ticks(ticks - beats * PPQN) if machine.playing else None
        missing_s = (ring.oldest_frame - latency - start) / self._host.sample_rate
        if missing_s > 0.01:
            self._tell(Notice(f"Only the end was heard; the first {missing_s:.1f} s of the take are silence."))
        return Take(start, end, beats, start_ticks)

    def _overdub(self) -> None:
        self._refuse_a_second()
        machine = self._machine
        loop = machine.loop
        if loop is None or not machine.playing:
            raise InvalidValue("A layer needs a loop that plays; record one with r, or press space.")
        if abs(loop.beats * PPQN * machine.timeline.frames_per_tick - loop.frames) >= 1.0:
            bpm = 60.0 * self._host.sample_rate * loop.beats / loop.frames
            raise InvalidValue(f"{loop.name} is not at its own tempo; set {bpm:.2f} BPM, or record a new loop.")
        take = self._from_the_bar(loop.beats, 0)
        take.use, take.made_from = Use.LAYER, (loop.sample,)
        self.beats = loop.beats
        self._arm(take)

    def _resample(self, source: str, beats: int) -> None:
        self._refuse_a_second()
        self._check_length(beats)
        self.ring_of(source)
        take = self._from_the_bar(beats, 0)
        take.source, take.made_from = source, _playing(self._machine)
        self.beats = beats
        self._arm(take)

    def _hold(self, beats: int) -> None:
        self._refuse_a_second()
        if not self._machine.playing:
            raise InvalidValue("Nothing plays that could be held; press space first.")
        take = self._last(beats, self.ring_of(MASTER), 0)
        take.source, take.use, take.made_from = MASTER, Use.HOLD, _playing(self._machine)
        self._arm(take)

    def ring_of(self, source: str) -> FrameRing:
        """Where the sound of `source` arrives, tapped from now on. Raises InvalidValue where there is no such."""
        host = self._host
        if source == INPUT:
            return host.processor.capture
        assert host.tape is not None and host.tap is not None, "a live host has tapes"
        if source == MASTER:
            return host.tape
        names = [track.name for track in self._machine.pattern.tracks]
        if source != KIT and source not in names:
            raise InvalidValue(f"Tao cannot record {source!r}; there are {MASTER}, {KIT}, {', '.join(names)}.")
        host.listen_in(TAP_KIT if source == KIT else names.index(source) + 1)
        return host.tap

    def _arm(self, take: Take) -> None:
        latency = self._latency_frames() if take.source == INPUT else 0
        name = f"take {time.strftime('%Y-%m-%d %H.%M.%S')}"
        self._recorder.arm(take, self.ring_of(take.source), latency, free_path(self._folder, name, ".wav"))

    def _refuse_a_second(self) -> None:
        if self.state is not RecordState.OFF:
            raise InvalidValue("A take is already being recorded; cancel it first.")

    def _check_length(self, beats: int) -> None:
        machine = self._machine
        per_beat_s = PPQN * machine.timeline.frames_per_tick / self._host.sample_rate
        longest = min(MAX_BARS * machine.pattern.beats_per_bar, int(MAX_TAKE_S / per_beat_s))
        if not 1 <= beats <= longest:
            raise InvalidValue(f"A take has 1 to {longest} beats at this tempo; {beats} were asked for.")


def _playing(machine: Machine) -> tuple[str, ...]:
    """What is loaded, by name: what a recording of Tao itself is made from."""
    return tuple(dict.fromkeys([machine.kit.name, *([machine.loop.name] if machine.loop is not None else [])]))
