"""The application behind a real HTTP server on loopback, for tests with a real browser."""

import logging
import threading
from dataclasses import dataclass

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server


@dataclass
class LiveServer:
    """``url`` has no slash at its end."""

    server: BaseWSGIServer

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.server_port}"

    def start(self, app: Flask) -> None:
        self.server.app = app
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join(timeout=10)
        self.server.server_close()


def bind() -> LiveServer:
    """Bound to a free port, so that the application can be told its own address before it is made."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    return LiveServer(make_server("127.0.0.1", 0, Flask("nothing yet"), threaded=True))
