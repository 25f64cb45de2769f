"""Asking clamd, the scanner of ClamAV, whether it knows a file as malicious; where it is not set nobody is asked.

A scanner that is set and gives no clear answer stops the upload: silence is no "clean".
"""

import socket
import struct
from enum import StrEnum

import structlog

from kleinstadt_net import settings
from kleinstadt_net.settings import CLAMD_SOCKET

CONNECT_SECONDS = 5
# For every step of the talk; a large document takes a scanner a few seconds.
STEP_SECONDS = 30
CHUNK = 64 * 1024
MAX_ANSWER = 4096
# Commands and answers end with a zero byte ("z"); sizes come before each piece, nothing after the last.
COMMAND = b"zINSTREAM\0"
SIZE = struct.Struct(">I")
CLEAN_ANSWER, FOUND = b"stream: OK", b" FOUND"

log = structlog.get_logger("files")


class Verdict(StrEnum):
    """What became of the question; UNCHECKED is every answer but a clear one."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNCHECKED = "unchecked"


def scan(data: bytes) -> Verdict:
    """Ask the scanner about these bytes; CLEAN where none is set."""
    address = settings.current().clamd_address
    if not address:
        return Verdict.CLEAN
    try:
        answer = _ask(address, data)
    except OSError as error:
        # Also where it hangs up while it is being sent to, as it does when a file is too large for it.
        log.error("scanner cannot be used", error=type(error).__name__)
        return Verdict.UNCHECKED
    return _judged(answer)


def _judged(answer: bytes) -> Verdict:
    if answer == CLEAN_ANSWER:
        return Verdict.CLEAN
    if answer.endswith(FOUND):
        log.warning("malicious file refused", answer=answer.decode(errors="replace"))
        return Verdict.INFECTED
    log.error("scanner gave no clear answer", answer=answer.decode(errors="replace"))
    return Verdict.UNCHECKED


def _ask(address: str, data: bytes) -> bytes:
    with _connected(address) as scanner:
        scanner.settimeout(STEP_SECONDS)
        scanner.sendall(COMMAND)
        view = memoryview(data)
        for start in range(0, len(data), CHUNK):
            piece = view[start : start + CHUNK]
            scanner.sendall(SIZE.pack(len(piece)))
            scanner.sendall(piece)
        scanner.sendall(SIZE.pack(0))
        return _answer(scanner)


def _connected(address: str) -> socket.socket:
    if address.startswith(CLAMD_SOCKET):
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(CONNECT_SECONDS)
        try:
            made.connect(address.removeprefix(CLAMD_SOCKET))
        except OSError:
            made.close()
            raise
        return made
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)


def _answer(scanner: socket.socket) -> bytes:
    """Everything up to the zero byte; what ends without one is no answer."""
    answer = b""
    while len(answer) <= MAX_ANSWER:
        received = scanner.recv(MAX_ANSWER)
        if not received:
            return b""
        answer += received
        if answer.endswith(b"\0"):
            return answer[:-1]
    return b""
