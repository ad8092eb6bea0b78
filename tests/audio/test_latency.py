"""What a device says of its latency is what a listener must wait."""

import jack
import pytest

from engine.audio.host import Host
from engine.audio.jack import JackBackend
from engine.audio.null import NullBackend
from engine.dsp.processor import Processor


@pytest.mark.server
@pytest.mark.parametrize("connected", [True, False])
def test_jack_s_output_is_heard_two_blocks_later(jack_server: str, connected: bool) -> None:
    backend = JackBackend("tao", connected, False)
    try:
        backend.start(Host(Processor(48000, 1024), None, None), lambda _: None)
        observer = jack.Client("observer", no_start_server=True)
        assert bool(observer.get_all_connections("tao:out_1")) is connected
        observer.close()
        assert backend.output_latency_frames() == 2 * backend.block_frames, "the dummy driver reports two"
    finally:
        backend.stop()


def test_without_a_device_nothing_is_late() -> None:
    assert NullBackend(48000, 128).output_latency_frames() == 0
