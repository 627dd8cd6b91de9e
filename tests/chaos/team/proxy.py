"""`python -m tests.chaos.team.proxy PORT HOST:PORT...`: a proxy; each connection goes to a server that answers."""

from __future__ import annotations

import asyncio
import itertools
import sys
from contextlib import suppress

_TURNS = itertools.count()
ANSWERS_WITHIN = 2.0


async def main(port: int, servers: list[tuple[str, int]]) -> None:
    """Until it is killed."""

    async def forward(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        first = next(_TURNS) % len(servers)
        for host, at in servers[first:] + servers[:first]:
            with suppress(OSError, TimeoutError):
                far, there = await asyncio.wait_for(asyncio.open_connection(host, at), ANSWERS_WITHIN)
                await asyncio.gather(_carry(near, there), _carry(far, back))
                return
        back.close()

    async with await asyncio.start_server(forward, "0.0.0.0", port) as listening:
        await listening.serve_forever()


async def _carry(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await source.read(65536):
            to.write(content)
            await to.drain()
    to.close()


if __name__ == "__main__":
    asyncio.run(
        main(
            int(sys.argv[1]),
            [(each.rpartition(":")[0], int(each.rpartition(":")[2])) for each in sys.argv[2:]],
        )
    )
