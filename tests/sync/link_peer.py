"""A program in an Ableton Link session by way of aalink: `tempo BPM` sets the tempo, `say` prints it and the peers."""

import asyncio
import sys

from aalink import Link


async def main() -> None:
    link = Link(99.0, asyncio.get_running_loop())
    await asyncio.sleep(0.5)
    link.enabled = True
    while line := (await asyncio.to_thread(sys.stdin.readline)).split():
        if line[0] == "tempo":
            link.tempo = float(line[1])
        print(link.tempo, link.num_peers, flush=True)


asyncio.run(main())
