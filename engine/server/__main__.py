"""python -m engine.server SETTINGS SOCKET READY_FD: run one engine until it is told to quit."""

import importlib
import sys

from engine.dsp.kernel_cache import compile_apart

PROCESS = "engine.server.process"

if __name__ == "__main__":
    compile_apart(PROCESS)
    sys.exit(importlib.import_module(PROCESS).main(sys.argv[1:]))
