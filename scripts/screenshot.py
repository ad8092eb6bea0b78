"""Draw docs/screenshot.svg: the real screen on a real engine that plays the demo loop. Run from the top folder:

    python scripts/screenshot.py [FILE]
"""

import os
import sys
import tempfile
from pathlib import Path

from engine.audio.settings import EngineSettings
from engine.bridge.client import EngineClient
from engine.core.commands import Play
from engine.server.launch import start_engine
from models.demo_file import demo_file
from models.worker_argv import WORKER
from tui.screenshot import save_screenshot

DECOMPOSED_WITHIN_S = 300.0


def main() -> None:
    """Start an engine, play, draw, and end the engine again."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshot.svg")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        settings = EngineSettings("null", f"{folder}/takes", f"{folder}/sessions", worker_argv=WORKER)
        engine = EngineClient(start_engine(settings))
        try:
            engine.open_audio(demo_file(Path(folder)))
            if not engine.wait(lambda now: now.status.job is None and now.status.machine.loop is not None,
                               DECOMPOSED_WITHIN_S):
                sys.exit(f"The demo loop was not decomposed within {DECOMPOSED_WITHIN_S:g} s. Try again on a quieter "
                         "machine.")
            engine.send(Play())
            engine.wait(lambda snapshot: snapshot.meters.position_ticks > 4000, 20.0)
            save_screenshot(engine, target, size=(100, 30), after_s=1.0)
        finally:
            engine.quit()
            engine.close()


if __name__ == "__main__":
    main()
