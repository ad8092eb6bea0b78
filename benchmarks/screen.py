"""The screen: from a key to its command, the processor time it takes, how fast it is there, and whether it grows."""

import asyncio
import gc
import statistics
import subprocess
import sys
import time
import tracemalloc

from textual.events import Key

from benchmarks.result import Result
from tests.tui.fake import FakeEngine

KEYS, SECONDS, FPS = 300, 20.0, 30
HOURS, STARTS = 10, 7
SIZE = (100, 30)
START = "import tui.app, time; print(time.monotonic())"


def run() -> list[Result]:
    """All four figures, with the engine of the tests, which makes no sound."""
    return [*asyncio.run(_keys_and_share()), _start(), asyncio.run(_growth())]


async def _keys_and_share() -> list[Result]:
    """Milliseconds from a key's event to the engine's request, and the share of a core while the music plays."""
    from tui.app import TaoApp
    from tui.screen_setup import Look

    engine = FakeEngine()
    app = TaoApp(engine, look=Look(fps=FPS))
    times_ms = []
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        for number in range(KEYS):
            before, began_s = len(engine.calls), time.perf_counter()
            app.post_message(Key("3", "3") if number % 2 else Key("enter", None))
            while len(engine.calls) == before:
                await asyncio.sleep(0)
            times_ms.append(1000.0 * (time.perf_counter() - began_s))
        used_s, began_s = time.process_time(), time.monotonic()
        while time.monotonic() - began_s < SECONDS:
            engine.advance(engine.machine.timeline.bpm / 60.0 / FPS)
            await asyncio.sleep(1.0 / FPS)
        share = (time.process_time() - used_s) / (time.monotonic() - began_s)
    how = f"{KEYS} keys into the real app at {SIZE[0]}x{SIZE[1]}, while it draws; worst {max(times_ms):.1f} ms"
    return [Result("key to command, median", round(statistics.median(times_ms), 2), "ms", "<= 3", how),
            Result("the screen's share of a core while playing", round(100.0 * share, 1), "%", "<= 10",
                   f"{SECONDS:g} s at {FPS} updates a second, {SIZE[0]}x{SIZE[1]}, without the terminal")]


def _start() -> Result:
    """Seconds from the start of Python until the screen could be shown."""
    times_s = []
    for _ in range(STARTS):
        began_s = time.monotonic()
        subprocess.run([sys.executable, "-c", START], check=True, capture_output=True)
        times_s.append(time.monotonic() - began_s)
    return Result("the screen's start, from Python on, median", round(statistics.median(times_s), 2), "s", "<= 1.5",
                  f"{STARTS} new processes import the screen and all it needs; worst {max(times_s):.2f} s")


async def _growth() -> Result:
    """Kilobytes that the app has grown after ten hours' worth of snapshots, each with new levels and a new position."""
    from tui.app import TaoApp
    from tui.screen_setup import Look

    engine = FakeEngine()
    app = TaoApp(engine, look=Look(fps=1))
    frames = HOURS * 3600
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        tracemalloc.start()  # from the beginning: else what is only replaced would count as growth
        for number in range(frames):
            if number == frames // 10:
                gc.collect()
                before, _ = tracemalloc.get_traced_memory()
            engine.advance(0.05)
            if number % 100 == 0:
                engine.notify(f"Take {number % 700} was saved.")
            app.read()
            if number % 50 == 0:
                await asyncio.sleep(0)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return Result("growth of the screen over ten hours of snapshots", round((after - before) / 1000.0), "kB", "<= 500",
                  f"{frames} snapshots, one for each second, a notice with every hundredth; from the first tenth on")
