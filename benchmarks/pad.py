"""From MIDI note in to sound out, in frames, at 64 frames a block."""

import random
import time

import jack
import numpy as np

from benchmarks.click import click_stage
from benchmarks.result import Result

BLOCK_FRAMES, HITS, PAUSE_S = 64, 200, 0.06
NOTE_ON = bytes((0x99, 38, 110))


class Drummer:
    """Plays pads at any frame of a block, and listens. As one client does both, it hears everything a block late."""

    def __init__(self) -> None:
        self.client = jack.Client("drummer", no_start_server=True)
        self.out = self.client.midi_outports.register("out")
        self.ear = self.client.inports.register("ear")
        self.played: list[int] = []
        self.heard: list[int] = []
        self.wanted = 0
        self.quiet_since = -(1 << 40)
        self.client.set_process_callback(self.process)

    def process(self, frames: int) -> None:
        self.out.clear_buffer()
        start = self.client.last_frame_time
        if self.wanted > len(self.played):
            offset = random.randrange(frames)
            self.out.write_midi_event(offset, NOTE_ON)
            self.played.append(start + offset)
        loud = (abs(self.ear.get_array()) > 0.01).nonzero()[0]
        if len(loud):
            if start + loud[0] - self.quiet_since > 960:
                self.heard.append(start + int(loud[0]))
            self.quiet_since = start + int(loud[-1])


def run() -> list[Result]:
    """Median and p99."""
    with click_stage(BLOCK_FRAMES):
        drummer = Drummer()
        drummer.client.activate()
        try:
            drummer.client.connect(drummer.out, "tao:midi_in_1")
            drummer.client.connect("tao:out_1", drummer.ear)
            time.sleep(0.3)
            for _ in range(HITS):
                drummer.wanted += 1
                time.sleep(PAUSE_S)
            time.sleep(0.2)
        finally:
            drummer.client.deactivate()
            drummer.client.close()
    played, heard = np.array(drummer.played), np.array(drummer.heard)
    places = np.searchsorted(played, heard, side="right") - 1
    late = heard - played[places]
    how = (f"{len(heard)} of {len(played)} notes heard by the JACK client that sent them, which hears a block late; "
           f"worst {late.max()} frames")
    return [Result("pad to sound at 64 frames, median", float(np.median(late)), "frames", "<= 128", how),
            Result("pad to sound at 64 frames, p99", float(np.percentile(late, 99)), "frames", "<= 192", how)]
