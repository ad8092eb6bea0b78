"""An independent instrument on JACK, with none of Tao's code: it leads by MIDI clock, or listens, and reports.

    python benchmarks/second_client.py lead|listen SECONDS BPM JITTER_MS LOST SEED

All times are the JACK server's frames. When its time is up, it prints one JSON object: `sent`, when its own clocks were
due; `clocks` and `messages`, when MIDI arrived; `onsets`, where sound rose from silence; `gaps`, where blocks were
dropped, its own or the server's.
"""

import json
import random
import sys
import threading
from abc import ABC, abstractmethod

import jack

SILENCE, REST_FRAMES, AHEAD_S = 0.02, 2400, 1.0


class Instrument(ABC):
    """A JACK client that notes where the server skipped frames."""

    def __init__(self, name: str) -> None:
        self.client = jack.Client(name, no_start_server=True)
        self.gaps: list[int] = []
        self._expected: int | None = None
        self.client.set_process_callback(self.process)
        self.client.set_xrun_callback(lambda _: self.gaps.append(self.client.frame_time))

    def begin(self, frames: int) -> int:
        """The frame at which this block begins."""
        start = self.client.last_frame_time
        if self._expected not in (None, start):
            self.gaps.append(start)
        self._expected = start + frames
        return start

    @abstractmethod
    def process(self, frames: int) -> None:
        """One block."""


class Leader(Instrument):
    """Sends Start and clocks, each late or early by a random jitter; some are lost."""

    def __init__(self, bpm: float, seconds: float, jitter_ms: float, lost: float, seed: int) -> None:
        super().__init__("leader")
        self.out = self.client.midi_outports.register("clock")
        rate, dice = self.client.samplerate, random.Random(seed)
        period = 60.0 * rate / (24.0 * bpm)
        begin = self.client.frame_time + AHEAD_S * rate
        self.sent = [begin + number * period for number in range(int(seconds * rate / period))]
        self.queue = [(begin - 0.0015 * rate - jitter_ms * rate / 1000, b"\xfa")]
        for number, ideal in enumerate(self.sent):
            off = dice.uniform(-jitter_ms, jitter_ms) * rate / 1000.0
            if number == 0 or dice.random() >= lost:
                self.queue.append((ideal + (off if number else 0.0), b"\xf8"))
        self.queue.sort(key=lambda item: item[0])

    def process(self, frames: int) -> None:
        self.out.clear_buffer()
        start = self.begin(frames)
        while self.queue and round(self.queue[0][0]) < start + frames:
            at, message = self.queue.pop(0)
            self.out.write_midi_event(max(0, round(at) - start), message)


class Listener(Instrument):
    """Notes when MIDI and sound arrive."""

    def __init__(self) -> None:
        super().__init__("listener")
        self.ear = self.client.inports.register("ear")
        self.midi = self.client.midi_inports.register("midi")
        self.clocks: list[int] = []
        self.messages: list[tuple[int, int]] = []
        self.onsets: list[int] = []
        self.quiet_since = 0

    def process(self, frames: int) -> None:
        start = self.begin(frames)
        for offset, data in self.midi.incoming_midi_events():
            kind = bytes(data)[0]
            if kind == 0xF8:
                self.clocks.append(start + offset)
            else:
                self.messages.append((start + offset, kind))
        loud = (abs(self.ear.get_array()) > SILENCE).nonzero()[0]
        if len(loud):
            if start + loud[0] - self.quiet_since > REST_FRAMES:
                self.onsets.append(start + int(loud[0]))
            self.quiet_since = start + int(loud[-1])


def main() -> None:
    mode, seconds, bpm, jitter_ms, lost, seed = sys.argv[1], *map(float, sys.argv[2:7])
    listener = Listener()
    listener.client.activate()
    listener.client.connect("tao:out_1", listener.ear)
    listener.client.connect("tao:midi_out_1", listener.midi)
    leader = None
    if mode == "lead":
        leader = Leader(bpm, seconds, jitter_ms, lost, int(seed))
        leader.client.activate()
        leader.client.connect(leader.out, "tao:midi_in_1")
    print("ready", flush=True)
    threading.Event().wait(seconds + AHEAD_S + 0.5)
    gaps = sorted(gap for one in filter(None, (leader, listener)) for gap in one.gaps)
    for one in filter(None, (leader, listener)):
        one.client.deactivate()
        one.client.close()
    print(json.dumps({"sent": leader.sent if leader else [], "clocks": listener.clocks,
                      "messages": listener.messages, "onsets": listener.onsets, "gaps": gaps}), flush=True)


if __name__ == "__main__":
    main()
