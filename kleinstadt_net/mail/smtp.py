"""The connection to the mail server: Flask-Mail's, with what it leaves out."""

import smtplib
import socket
import ssl
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from flask import current_app
from flask_mail import Connection, Mail

from kleinstadt_net import settings


class VerifiedConnection(Connection):
    """One SMTP connection: verified certificate, time limits, no waiting for full packets."""

    host: smtplib.SMTP | None

    def __init__(self, extension: Mail | None = None) -> None:
        super().__init__(extension or current_app.extensions["mail"])

    def __enter__(self) -> Self:
        # Flask-Mail sends nothing in tests; here every environment speaks SMTP, tests to a local server.
        self.host = self.configure_host()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None
    ) -> None:
        host, self.host = self.host, None
        if host is None:
            return
        try:
            host.quit()
        except OSError:
            # A server that hung up first is left all the same; its letters have been marked by now.
            host.close()

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt if asked for, sign in if asked for. Raises OSError (SMTPException is one)."""
        bound = settings.current()
        own_name = urlsplit(bound.public_url).hostname
        host = smtplib.SMTP(
            self.mail.server, self.mail.port, local_hostname=own_name, timeout=bound.mail_step_timeout
        )
        try:
            self._greet(host)
        except BaseException:
            host.close()
            raise
        return host

    def _greet(self, host: smtplib.SMTP) -> None:
        assert host.sock is not None
        # With Nagle's algorithm each letter over TLS waits for a delayed acknowledgement: 23 a second.
        host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.mail.use_tls:
            host.starttls(context=ssl.create_default_context())
        host.ehlo_or_helo_if_needed()
        if self.mail.username:
            host.login(self.mail.username, self.mail.password or "")

    def send_bytes(self, sender: str, recipient: str, content: bytes) -> None:
        """Send stored bytes as they are. Raises OSError, of which smtplib's exceptions are kinds."""
        if self.host is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.host.sendmail(sender, [recipient], content)

    def abandon(self) -> None:
        """Drop the connection in the middle of a conversation."""
        if self.host is not None:
            self.host.close()

    @property
    def is_open(self) -> bool:
        """Whether the connection can take another letter; smtplib drops it after 421 or a lost line."""
        return self.host is not None and self.host.sock is not None
