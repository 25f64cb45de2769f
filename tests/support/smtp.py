"""A real SMTP server on loopback that keeps what it accepts, and a watch over connections elsewhere."""

import logging
import smtplib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
Answer = Callable[[str], str | None]


@dataclass(frozen=True)
class Delivered:
    """One accepted message with the envelope it came in."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class PostOffice:
    """``deliveries`` is what arrived. ``on_recipient`` and ``on_data`` may answer with a refusal such as
    ``"450 4.2.1 come back later"``; both get the recipient's address and run in the server's thread.
    ``options`` are those of aiosmtpd's controller."""

    def __init__(self, **options: Any) -> None:
        self._socket = loopback_socket()
        self.host = LOOPBACK
        self.port: int = self._socket.getsockname()[1]
        self._controller = _OnSocket(self, self._socket, **options)
        self.reset()

    def reset(self) -> None:
        self.deliveries: list[Delivered] = []
        self.connections = 0
        self.on_recipient: Answer = lambda address: None
        self.on_data: Answer = lambda address: None
        self.allowed_ports = {self.port}

    @property
    def messages(self) -> list[EmailMessage]:
        """Accepted messages in the order they arrived."""
        return [delivered.message for delivered in self.deliveries]

    def to(self, address: str) -> list[EmailMessage]:
        return [d.message for d in self.deliveries if address in d.recipients]

    def closed_port(self) -> int:
        """A port on loopback where nobody listens, for tests of a server that is down."""
        with socket.create_server((LOOPBACK, 0)) as briefly:
            port: int = briefly.getsockname()[1]
        self.allowed_ports.add(port)
        return port

    def start(self) -> None:
        # The server's own talk is not the application's, whose log is held to be free of addresses.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.on_recipient(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        refusal = self.on_data(envelope.rcpt_tos[0])
        if refusal:
            return refusal
        content = envelope.content
        assert isinstance(content, bytes)
        self.deliveries.append(Delivered(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return "250 OK"


def loopback_socket() -> socket.socket:
    """Bound to a free port. It names TCP by number, or asyncio leaves Nagle's algorithm on: 40 ms at every EHLO."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, 0))
    bound.listen()
    return bound


class _OnSocket(Controller):
    """The controller on a socket that is bound already: no port is guessed and lost again."""

    def __init__(self, handler: PostOffice, bound: socket.socket, **options: Any) -> None:
        host, port = bound.getsockname()
        super().__init__(handler, hostname=host, port=port, **options)
        self._bound = bound

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._bound)


class Watch:
    """Notes every SMTP connection of this process to a place no test has allowed."""

    def __init__(self) -> None:
        self.strays: list[str] = []
        self.allowed_ports: Callable[[], set[int]] = set
        self._connect = smtplib.SMTP._get_socket  # type: ignore[attr-defined]

    def install(self, patch: Callable[..., None]) -> None:
        def connect(client: smtplib.SMTP, host: str, port: int, timeout: float) -> socket.socket:
            if port not in self.allowed_ports():
                self.strays.append(f"{host}:{port}")
                raise ConnectionRefusedError(f"no test allowed SMTP to {host}:{port}")
            opened: socket.socket = self._connect(client, host, port, timeout)
            return opened

        patch(smtplib.SMTP, "_get_socket", connect)
