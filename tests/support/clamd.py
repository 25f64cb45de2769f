"""A server that speaks clamd's protocol over TCP or a Unix socket: it reads a stream and answers as it is told to."""

import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

CLEAN = b"stream: OK\0"
INFECTED = b"stream: Eicar-Test-Signature FOUND\0"
TOO_LARGE = b"INSTREAM size limit exceeded. ERROR\0"
# EICAR's test file, harmless and known to every scanner; in two pieces, so that none finds it in this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner:
    """``received`` is every stream it was sent; ``answer`` of None reads EICAR as infected and all else as clean."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.answer: bytes | None = None
        # Set: hangs up after the command, before the stream. / Answers nothing until the test is over.
        self.hangs_up = self.is_silent = False
        self.over = Event()
        self.address = ""

    def speak(self, handler: socketserver.StreamRequestHandler) -> None:
        """The whole talk over one connection."""
        assert handler.rfile.read(10) == b"zINSTREAM\0"
        if self.hangs_up:
            return
        stream = b"".join(_pieces(handler))
        self.received.append(stream)
        if self.is_silent:
            self.over.wait()
            return
        handler.wfile.write(self.answer or (INFECTED if EICAR in stream else CLEAN))


def _pieces(handler: socketserver.StreamRequestHandler) -> Iterator[bytes]:
    while size := struct.unpack(">I", handler.rfile.read(4))[0]:
        yield handler.rfile.read(size)


@contextmanager
def scanner(socket_path: Path | None = None) -> Iterator[Scanner]:
    """A running scanner: over TCP on loopback, or on this Unix socket."""
    made = Scanner()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            made.speak(self)

    server: socketserver.BaseServer
    if socket_path is None:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        made.address = f"127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(socket_path), Handler)
        made.address = f"unix:{socket_path}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.over.set()
    server.shutdown()
    server.server_close()
    thread.join()
