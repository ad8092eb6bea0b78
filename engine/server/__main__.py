"""python -m engine.server SETTINGS SOCKET READY_FD: run one engine until it is told to quit."""

import importlib
import os
import sys

if __name__ == "__main__":
    process = importlib.import_module("engine.server.process")  # takes the longest, above all from a cold disk
    os.write(int(sys.argv[3]), b'{"working": "loaded"}\n')
    sys.exit(process.main(sys.argv[1:]))
