"""Ableton Link: how soon processes in one session find each other, how well they agree, and whose tempo they keep."""

import subprocess
import sys
import time

import numpy as np

from benchmarks.result import Result

BLOCKS = (128, 1024)
READINGS, PAUSE_S, BPM = 40, 0.1, 133.0
JOINS, HEARD_S = 10, 1.0
PEER = [sys.executable, "-m", "benchmarks.link_peer"]


def run() -> list[Result]:
    """Seconds to find each other, microseconds apart, and how often a newcomer changed the tempo."""
    prefix, where = network()
    lines = subprocess.run([*prefix, sys.executable, "-m", "benchmarks.link", "pair"], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    found_s, peers = float(lines[0].split()[0]), int(lines[0].split()[1])
    how = f"two processes in {where}; each found {peers} other"
    if len(lines) == 1:
        return [Result("Link: two processes find each other", None, "s", "< 2", how)]
    heard = [clicks(block_frames, prefix, where) for block_frames in BLOCKS]
    apart_us = np.abs([float(line) for line in lines[1:-1]])
    return [Result("Link: two processes find each other", found_s, "s", "< 2", how),
            Result("Link: two processes' beats apart, worst", float(apart_us.max()), "us", "<= 10",
                   f"{len(apart_us)} readings of one monotonic clock at {BPM:g} BPM, set by one of them; median "
                   f"{np.median(apart_us):.2f} us; {how}"),
            Result("Link: joins that changed the session's tempo", float(lines[-1]), "", "0", f"of {JOINS}; {how}"),
            *heard]


def network() -> tuple[list[str], str]:
    """What to put before a command so that it meets nobody else's session, and where it then is."""
    for private in (["unshare", "-n"], ["unshare", "-rn"]):  # the second needs no rights, but has no real time either
        if subprocess.run([*private, "true"], capture_output=True, check=False).returncode == 0:
            return private, "a private network namespace"
    return [], "this machine's own network"


def clicks(block_frames: int, prefix: list[str], where: str) -> Result:
    """How late Tao's clicks are heard against the session's beat."""
    program = [*prefix, sys.executable, "-m", "benchmarks.link_clicks", str(block_frames)]
    late_ms = np.array([float(line) for line in subprocess.run(program, capture_output=True, text=True,
                                                              check=True).stdout.splitlines()])
    name = f"Link: Tao's clicks after the session's beat, {block_frames} frames a block"
    how = (f"{len(late_ms)} clicks at {BPM:g} BPM on jackd's dummy driver, heard two blocks after they began, as it "
           f"reports; in {where}")
    if len(late_ms) == 0:
        return Result(name, None, "ms", "within 1", f"{how}; blocks were dropped all the time")
    return Result(name, float(np.median(late_ms)), "ms", "within 1",
                  f"median; worst {late_ms[np.abs(late_ms).argmax()]:.2f} ms; {how}")


def pair() -> None:
    """Run both processes in this one's network. Prints seconds and peers, then a line of microseconds apart for each
    reading, and last how many newcomers changed the tempo when they joined."""
    subprocess.run(["ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    peers = [subprocess.Popen(PEER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        readings = [peer.stdout.readline().split() for peer in peers if peer.stdout is not None]
        print(max(float(found_s) for found_s, _ in readings), min(int(others) for _, others in readings))
        if any(int(others) == 0 for _, others in readings):
            return
        ask(peers[0], f"tempo {BPM}")
        time.sleep(1.0)
        for _ in range(READINGS):
            at_ns = time.monotonic_ns() + 500_000_000
            (bpm, one), (_, other) = (map(float, ask(peer, f"at {at_ns}").split()) for peer in peers)
            print(((one - other + 2.0) % 4.0 - 2.0) * 60e6 / bpm)
            time.sleep(PAUSE_S)
        print(sum(not keeps_tempo(peers[0]) for _ in range(JOINS)))
    finally:
        for peer in peers:
            peer.kill()
            peer.wait()


def keeps_tempo(one: "subprocess.Popen[str]") -> bool:
    """Whether the session is still at BPM after a process with another tempo has joined."""
    ask(one, f"tempo {BPM}")
    new = subprocess.Popen(PEER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert new.stdout is not None
        new.stdout.readline()
        time.sleep(HEARD_S)
        return all(abs(float(ask(peer, f"at {time.monotonic_ns()}").split()[0]) - BPM) < 0.1 for peer in (one, new))
    finally:
        new.kill()
        new.wait()


def ask(peer: "subprocess.Popen[str]", line: str) -> str:
    """Send a line, and return the answer."""
    assert peer.stdin is not None and peer.stdout is not None
    peer.stdin.write(f"{line}\n")
    peer.stdin.flush()
    return peer.stdout.readline()


if __name__ == "__main__":
    pair()
