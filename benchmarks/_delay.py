"""A TCP proxy that hands every message on after a while, in both directions of time but not of order: `_delay.py TARGET_PORT SECONDS` prints its own port."""

from __future__ import annotations

import asyncio
import sys


async def _later(source: asyncio.StreamReader, sink: asyncio.StreamWriter, after_s: float) -> None:
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def hand_on() -> None:
        while True:
            at, data = await waiting.get()
            await asyncio.sleep(max(0.0, at - loop.time()))
            if not data:
                sink.close()
                return
            sink.write(data)

    handing = asyncio.create_task(hand_on())
    data = b"-"
    while data:
        try:
            data = await source.read(1 << 16)
        except OSError:
            data = b""
        waiting.put_nowait((loop.time() + after_s, data))
    await handing


async def _main(target: int, after_s: float) -> None:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(_later(reader, back, after_s), _later(there, writer, 0))

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
