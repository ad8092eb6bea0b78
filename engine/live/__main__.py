"""python -m engine.live SETTINGS SOCKET READY_FD: run one engine until it is told to quit."""

import sys

from engine.live.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
