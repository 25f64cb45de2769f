"""A local SMTP server that files every letter in a Maildir and sends none on.

    python tools/mailbox.py --port 8025 --maildir instance/mailbox

For development and the demonstration; it listens on the loopback address only.
"""

import argparse
import asyncio
import errno
import os
import signal
import sys
from pathlib import Path

# This file bears the name of the library it needs, and a script's own directory is searched first.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

import mailbox

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
MAX_LETTER_BYTES = 10 * 1024 * 1024


class MaildirHandler:
    """Files each letter once, whoever it is for, with the envelope in the usual two headers."""

    def __init__(self, maildir: Path) -> None:
        maildir.parent.mkdir(parents=True, exist_ok=True)
        self.box = mailbox.Maildir(maildir, create=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Answer only after the letter is on the disk: 250 is a promise."""
        lines = [f"Return-Path: <{envelope.mail_from}>", *(f"Delivered-To: {to}" for to in envelope.rcpt_tos)]
        head = "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")
        content = envelope.content or b""
        self.box.add(head + (content if isinstance(content, bytes) else content.encode()))
        return "250 Filed"


async def serve(port: int, maildir: Path) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port cannot be had."""
    loop = asyncio.get_running_loop()
    handler = MaildirHandler(maildir)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=MAX_LETTER_BYTES, hostname="localhost", loop=loop),
        host=LOOPBACK,
        port=port,
    )
    taken = server.sockets[0].getsockname()[1]
    print(f"Mailbox: SMTP on {LOOPBACK}:{taken}, letters in {maildir}", flush=True)
    async with server:
        await stop.wait()


def main(arguments: list[str] | None = None) -> int:
    """Parse options, serve, answer the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=int(os.environ.get("SMTP_PORT", "8025")))
    parser.add_argument("--maildir", type=Path, default=Path("instance/mailbox"))
    options = parser.parse_args(arguments)
    if not 0 <= options.port <= 65535:
        parser.error(f"--port {options.port}: ports go from 1 to 65535")
    try:
        asyncio.run(serve(options.port, options.maildir))
    except OSError as error:
        reason = (
            "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
        )
        print(f"Port {options.port} {reason}; choose another with SMTP_PORT or --port.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
