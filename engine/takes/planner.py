"""When a take begins and ends, what it records, and what it will be used for."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio.host import Host
from engine.core.commands import Boundary, Play, PlaySince, target_frames
from engine.core.errors import InvalidValue, TaoError
from engine.core.machine import Machine
from engine.core.recording import INPUT, KIT, MASTER, MAX_BARS, Monitor, RecordingSetup
from engine.core.snapshot import RecordState
from engine.core.time_signature import Quarters, quarters_of, ticks_of, whole_or_half
from engine.core.timeline import PPQN, Ticks
from engine.dsp.layout import TAP_KIT
from engine.dsp.ring import FrameRing
from engine.library.files import free_path
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.live.schedule import renumbered
from engine.takes.count_in import CountIn
from engine.takes.recorder import Finished, Recorder, Take, Use

MAX_TAKE_S = 300.0
PREROLL_S = 0.002  # an attack begins before it is loud


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A take that waits for a sound: of so many beats (None: until it is ended); what arrived up to `heard_frames` was
    not loud enough."""

    beats: Quarters | None
    heard_frames: int


class Takes:
    """At most one take at a time: when it begins and ends, and how takes are set up. The control thread alone calls it.

    folder: where the files go; latency_frames: how late the input arrives; use: called with a take that is complete.
    """

    def __init__(self, conductor: Conductor, host: Host, folder: Path, latency_frames: Callable[[], int],
                 notices: Notices, use: Callable[[Finished], None]) -> None:
        self._conductor, self._host, self._folder, self._notices = conductor, host, folder, notices
        self._latency_frames, self._use = latency_frames, use
        self._recorder = Recorder(host.sample_rate)
        self._waiting: _Waiting | None = None
        self._count_in = CountIn(conductor, host)
        self._played = conductor.schedule.applied
        self.setup = RecordingSetup()
        self.beats: Quarters = 8

    @property
    def state(self) -> RecordState:
        """Whether a take is armed or running."""
        return RecordState.ARMED if self._waiting is not None else self._recorder.state

    def step(self) -> None:
        """Begin a take whose threshold is passed, and hand on one that is complete."""
        try:
            self._recount()
            if self._waiting is not None:
                self._listen(self._waiting)
            armed = self.state is not RecordState.OFF
            if not armed:
                self._host.listen_in(0)
            self._host.monitor(self.setup.monitor is Monitor.ON or (self.setup.monitor is Monitor.AUTO and armed))
            take = self._recorder.take
            if take is not None and take.endless and self._recorder.frames > self._longest_frames:
                self.end()
            finished = self._recorder.step(self._conductor.schedule.timeline_at)
            if finished is not None:
                self._use(finished)
        except TaoError as error:
            self._notices.warn(str(error))

    def set_up(self, setup: RecordingSetup) -> None:
        """How takes are made from now on."""
        self.setup = setup

    def press(self) -> None:
        """The foot switch: begin a take, end one that runs, cancel one that is armed."""
        match self.state:
            case RecordState.OFF:
                self.start(self.beats)
            case RecordState.ARMED:
                self.cancel()
            case RecordState.RECORDING:
                self.end()

    def start(self, beats: Quarters | None) -> None:
        """Record `beats` beats from the next bar line, or with the sound; None: until `end`. Raises InvalidValue."""
        self._refuse_a_second()
        if beats is not None:
            self._check_length(beats)
            self.beats = beats
        if self.setup.threshold is not None:
            self._waiting = _Waiting(beats, self._host.processor.capture.newest_frame)
        elif beats is None and not self._machine.playing:
            self._arm(Take(self._conductor.earliest_frames, None, use=Use.TEMPO))
        else:
            self._arm(self._from_the_bar(beats, self.setup.count_in_bars))

    def end(self) -> None:
        """End the running take: on the next bar line, or now if it sets the tempo. Raises InvalidValue without one."""
        take, machine = self._recorder.take, self._machine
        if self._recorder.state is not RecordState.RECORDING or take is None:
            raise InvalidValue("No take is running. Start one with r.")
        if take.start_ticks is None:
            take.end_frames = self._conductor.now_frames
            return
        bar = machine.pattern.bar_ticks
        now = int(machine.timeline.ticks_at(self._conductor.now_frames))
        bars = max(1, -(-(now - take.start_ticks) // bar))
        if take.end_ticks is None or take.start_ticks + bars * bar < take.end_ticks:
            take.end_ticks, take.end_frames = Ticks(take.start_ticks + bars * bar), None
            take.beats = quarters_of(bars * bar)
            self.beats = take.beats

    def cancel(self) -> None:
        """Discard the take; a count-in stops, and the transport with it."""
        self._waiting = None
        self._recorder.cancel()
        self._count_in.cancel()

    def capture_last(self, beats: Quarters) -> None:
        """Make a take of the last beats that came in. Raises InvalidValue."""
        self._refuse_a_second()
        self._arm(self._last(beats, self._host.processor.capture, self._latency_frames()))

    def overdub(self) -> None:
        """Record a layer over the loop that plays. Raises InvalidValue."""
        self._refuse_a_second()
        machine = self._machine
        loop = machine.loop
        if loop is None or not machine.playing:
            raise InvalidValue("A layer needs a loop that plays. Record one with r, or press space.")
        if abs(loop.ticks * machine.timeline.frames_per_tick - loop.frames) >= 1.0:
            bpm = 60.0 * self._host.sample_rate * loop.beats / loop.frames
            raise InvalidValue(f"{loop.name} does not play at its own tempo. Set {bpm:.2f} BPM, or record a new loop.")
        take = self._from_the_bar(loop.beats, 0)
        take.use, take.made_from = Use.LAYER, (loop.sample,)
        self.beats = loop.beats
        self._arm(take)

    def resample(self, source: str, beats: Quarters) -> None:
        """Record what Tao itself plays: master, kit or a track. Raises InvalidValue."""
        self._refuse_a_second()
        self._check_length(beats)
        self._ring_of(source)
        take = self._from_the_bar(beats, 0)
        take.source, take.made_from = source, _playing(self._machine)
        self.beats = beats
        self._arm(take)

    def hold(self, beats: Quarters) -> None:
        """Loop the last beats of what Tao played. Raises InvalidValue while stopped."""
        self._refuse_a_second()
        if not self._machine.playing:
            raise InvalidValue("Nothing is playing, so there is nothing to hold. Press space first.")
        take = self._last(beats, self._ring_of(MASTER), 0)
        take.source, take.use, take.made_from = MASTER, Use.HOLD, _playing(self._machine)
        self._arm(take)

    def close(self) -> None:
        """Save what there is of a running take."""
        self._recorder.close()

    @property
    def _machine(self) -> Machine:
        return self._conductor.schedule.latest

    def _recount(self) -> None:
        """Where the song has got other tick numbers since the last look, give them to the take as well."""
        before, self._played = self._played, self._conductor.schedule.applied
        machine, at_frames = self._played.machine, self._played.at_frames
        if self._played is not before and renumbered(before.machine, machine, at_frames):
            self._recorder.recount(before.machine.timeline, machine.timeline)

    def _listen(self, waiting: _Waiting) -> None:
        """Look for the threshold in what has come in since."""
        ring, start = self._host.processor.capture, waiting.heard_frames
        newest = ring.newest_frame
        loud = np.abs(ring.read(start, newest - start)).max(axis=1, initial=0.0) >= self.setup.threshold
        self._waiting = _Waiting(waiting.beats, newest)
        if loud.any():
            self._waiting = None
            preroll = self._latency_frames() + round(PREROLL_S * self._host.sample_rate)
            self._arm(self._from_the_onset(waiting.beats, start + int(np.argmax(loud)) - preroll))

    def _from_the_onset(self, beats: Quarters | None, onset: int) -> Take:
        """A take that begins with the sound; while playing, with the bar in which the sound came."""
        machine = self._machine
        if machine.playing:
            bar = machine.pattern.bar_ticks
            ticks = Ticks(max(0, int(machine.timeline.ticks_at(onset)) // bar * bar))
            end = None if beats is None else Ticks(ticks + ticks_of(beats))
            return Take(int(machine.timeline.frames_at(ticks)), None, beats, ticks, end)
        if beats is None:
            return Take(onset, None, use=Use.TEMPO)
        self._conductor.perform(PlaySince(machine.timeline.bpm, onset))
        return Take(onset, None, beats, Ticks(0), ticks_of(beats))

    def _from_the_bar(self, beats: Quarters | None, count_in_bars: int) -> Take:
        """A take from the next bar line. While stopped: from the transport's start, after a count-in."""
        machine = self._machine
        if machine.playing:
            frame = int(target_frames(machine, Boundary.BAR, self._conductor.earliest_frames))
        else:
            frame = self._conductor.perform(Play(), at_frames=self._count_in.begin(count_in_bars))
        machine = self._conductor.schedule.at(frame)
        ticks = machine.timeline.ticks_at(frame)
        end = None if beats is None else Ticks(ticks + ticks_of(beats))
        return Take(frame, None, beats, ticks, end)

    def _last(self, beats: Quarters, ring: FrameRing, latency: int) -> Take:
        """The last `beats` beats up to the bar line just passed; while stopped, up to now."""
        self._check_length(beats)
        machine, now = self._machine, self._conductor.now_frames
        ticks = machine.timeline.ticks_at(now) // machine.pattern.bar_ticks * machine.pattern.bar_ticks
        end = int(machine.timeline.frames_at(ticks)) if machine.playing else now
        start = end - round(ticks_of(beats) * machine.timeline.frames_per_tick)
        start_ticks = Ticks(ticks - ticks_of(beats)) if machine.playing else None
        missing_s = (ring.oldest_frame - latency - start) / self._host.sample_rate
        if missing_s > 0.01:
            self._notices.say(f"Tao had not been listening for that long: the first {missing_s:.1f} s are silence.")
        return Take(start, end, beats, start_ticks)

    def _ring_of(self, source: str) -> FrameRing:
        """Where the sound of `source` arrives from now on. Raises InvalidValue for an unknown source."""
        host = self._host
        if source == INPUT:
            return host.processor.capture
        assert host.tape is not None and host.tap is not None, "a live host has tapes"
        if source == MASTER:
            return host.tape
        names = [track.name for track in self._machine.pattern.tracks]
        if source != KIT and source not in names:
            raise InvalidValue(f"Tao cannot record {source!r}. Choose {MASTER}, {KIT}, {', '.join(names)}.")
        host.listen_in(TAP_KIT if source == KIT else names.index(source) + 1)
        return host.tap

    def _arm(self, take: Take) -> None:
        latency = self._latency_frames() if take.source == INPUT else 0
        name = f"take {time.strftime('%Y-%m-%d %H.%M.%S')}"
        self._recorder.arm(take, self._ring_of(take.source), latency, free_path(self._folder, name, ".wav"))

    def _refuse_a_second(self) -> None:
        if self.state is not RecordState.OFF:
            raise InvalidValue("A take is already being recorded. Cancel it first.")

    @property
    def _longest_frames(self) -> float:
        """After how many frames a take without an end is ended: it may go on to the next bar line, and must not become
        longer than what can be read."""
        bar = self._machine.pattern.bar_ticks * self._machine.timeline.frames_per_tick
        return MAX_TAKE_S * self._host.sample_rate - max(bar, self._host.sample_rate)

    def _check_length(self, beats: Quarters) -> None:
        machine = self._machine
        per_beat_s = PPQN * machine.timeline.frames_per_tick / self._host.sample_rate
        longest = int(min(MAX_BARS * machine.pattern.beats_per_bar, MAX_TAKE_S / per_beat_s))
        if not 1 <= whole_or_half(beats) <= longest:
            raise InvalidValue(f"A take has 1 to {longest} beats at this tempo, not {beats:g}.")


def _playing(machine: Machine) -> tuple[str, ...]:
    """The names of kit and loop: what a recording of Tao itself is made from."""
    return tuple(dict.fromkeys([machine.kit.name, *([machine.loop.name] if machine.loop is not None else [])]))
