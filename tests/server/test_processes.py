"""What is known of other processes."""

import os
import subprocess
import sys
import time

from engine.server.processes import cpu_s


def test_processor_time_is_counted_while_a_process_lives() -> None:
    before = cpu_s(os.getpid())
    end_s = time.process_time() + 0.1
    while time.process_time() < end_s:
        pass
    after = cpu_s(os.getpid())
    assert before is not None and after is not None and 0.05 < after - before < 5.0


def test_a_process_that_has_ended_uses_none() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert cpu_s(gone.pid) is None and cpu_s(None) is None
