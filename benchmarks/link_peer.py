"""One of two processes in a Link session, for benchmarks.link.

It reads lines: `tempo BPM` sets the tempo; `at NANOSECONDS` asks for tempo and beat at that moment of the monotonic
clock. It ends with its input.
"""

import sys
import time

from engine.sync.link_session import LinkSession

FIND_S = 10.0


def main() -> None:
    session, began_s = LinkSession(120.0), time.monotonic()
    while session.at(time.monotonic_ns(), 4).peers == 0 and time.monotonic() < began_s + FIND_S:
        time.sleep(0.005)
    print(time.monotonic() - began_s, session.at(time.monotonic_ns(), 4).peers, flush=True)
    for line in sys.stdin:
        word, value = line.split()
        if word == "tempo":
            session.set_bpm(float(value))
            print("set", flush=True)
        else:
            moment = session.at(int(value), 4)
            print(moment.bpm, repr(moment.beat), flush=True)
    session.close()


if __name__ == "__main__":
    main()
