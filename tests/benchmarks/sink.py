"""A mail server that takes every message and keeps nothing, in a process of its own: what it can take is the limit that sending
is measured against. It is as small as a server can be."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Taking(asyncio.Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport, self.rest, self.in_data = transport, b"", False
        transport.write(b"220 ready\r\n")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while self.rest:
            mark = b"\r\n.\r\n" if self.in_data else b"\r\n"
            piece, found, rest = self.rest.partition(mark)
            if not found:
                return
            self.rest = rest
            if self.in_data:
                self.in_data = False
                self.transport.write(b"250 taken\r\n")
            else:
                self.answer(piece[:4].upper())

    def answer(self, word: bytes) -> None:
        if word == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif word == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 ok\r\n")


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Taking, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def sink() -> Iterator[int]:
    """The port of a running one."""
    with subprocess.Popen([sys.executable, "-m", __name__], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


if __name__ == "__main__":
    asyncio.run(_serve())
