"""The mailbox for what comes back: IMAPClient over TLS from its first byte, with time limits.

A message leaves the folder by ``put_aside`` alone: whatever happens before it is found again.
"""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient import DELETED, FLAGGED, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from kleinstadt_net import settings

# What names the letter stands at the beginning; of what somebody attached to his answer nothing is read.
READ_BYTES = 1024 * 1024
_CODE = re.compile(r"\[([A-Z-]{2,30})\]")


class MailboxError(Exception):
    """The mailbox cannot be used; says why to an operator, without the server's own words."""


class Refused(Exception):
    """The server does not do this with this message; others may go well."""


class Mailbox:
    """The open folder of MAIL_IMAP_FOLDER, and the one beside it for what has been read."""

    def __init__(self, client: IMAPClient, done: str) -> None:
        self._client = client
        self._done = done

    def waiting(self) -> list[int]:
        """The messages nobody has put aside yet, the oldest first, by their UIDs."""
        with _answered():
            return sorted(self._client.search("UNDELETED"))

    def read(self, uid: int) -> bytes | None:
        """The first ``READ_BYTES`` of a message; None when another process has put it aside."""
        with _answered():
            found = self._client.fetch([uid], [f"BODY.PEEK[]<0.{READ_BYTES}>"])
        content = found.get(uid, {}).get(b"BODY[]<0>")
        return content if isinstance(content, bytes) else None

    def put_aside(self, uid: int, *, marked: bool = False) -> None:
        """Move a message to the folder of those that have been read; ``marked`` gives it a star for a person."""
        with _answered():
            if marked:
                self._client.add_flags([uid], [FLAGGED], silent=True)
            if self._client.has_capability("MOVE"):
                self._client.move([uid], self._done)
                return
            # Expunging would take along what somebody else has marked.
            self._client.copy([uid], self._done)
            self._client.add_flags([uid], [DELETED], silent=True)


def is_configured() -> bool:
    return bool(settings.current().mail_imap_server)


@contextmanager
def opened() -> Iterator[Mailbox]:
    """Sign in and open the folder. Raises MailboxError, then and whenever the line breaks later."""
    with _connected() as client:
        _sign_in(client)
        yield Mailbox(client, _open_folders(client))


def _connected() -> IMAPClient:
    bound = settings.current()
    try:
        return IMAPClient(
            bound.mail_imap_server,
            bound.mail_imap_port,
            ssl_context=ssl.create_default_context(),
            timeout=bound.mail_step_timeout,
        )
    except ssl.SSLCertVerificationError as error:
        raise MailboxError(f"nobody vouches for the certificate of {bound.mail_imap_server}") from error
    except (OSError, IMAPClientError) as error:
        reason = type(error).__name__
        raise MailboxError(
            f"no IMAP over TLS at {bound.mail_imap_server}:{bound.mail_imap_port} ({reason})"
        ) from error


def _sign_in(client: IMAPClient) -> None:
    bound = settings.current()
    try:
        with _answered():
            # Every server must know PLAIN (RFC 9051), and LOGIN would carry no umlauts.
            client.plain_login(bound.mail_imap_username, bound.mail_imap_password.get_secret_value())
    except Refused as error:
        raise MailboxError(
            f"signing in was refused ({error}); look at MAIL_IMAP_USERNAME and MAIL_IMAP_PASSWORD"
        ) from error


def _open_folders(client: IMAPClient) -> str:
    """Open the folder and see to it that the other one is there; answers the other one."""
    bound = settings.current()
    try:
        with _answered():
            client.select_folder(bound.mail_imap_folder)
    except Refused as error:
        raise MailboxError(
            f"folder {bound.mail_imap_folder} cannot be opened ({error}); look at MAIL_IMAP_FOLDER"
        ) from error
    done = bound.mail_imap_done_folder
    try:
        with _answered():
            if not client.folder_exists(done):
                client.create_folder(done)
    except Refused as error:
        raise MailboxError(
            f"folder {done} cannot be made ({error}); look at MAIL_IMAP_DONE_FOLDER"
        ) from error
    return done


@contextmanager
def _answered() -> Iterator[None]:
    """What a talk with the server may end with, in our two words for it."""
    try:
        yield
    except (IMAPClientAbortError, OSError) as error:
        raise MailboxError(f"the connection broke off ({type(error).__name__})") from error
    except IMAPClientError as error:
        # The library calls a line that broke while signing in a refusal.
        if isinstance(error, LoginError) and isinstance(error.__context__, IMAPClientAbortError):
            raise MailboxError("the connection broke off (abort)") from error
        raise Refused(_code(error)) from error


def _code(error: IMAPClientError) -> str:
    """What may be logged of a refusal: its code, never its text."""
    found = _CODE.search(str(error))
    return found.group(1) if found else "NO"
