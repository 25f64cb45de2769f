"""Reading a stored letter as its recipient does."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from kleinstadt_net.models import Letter


def text_of(letter: Letter) -> str:
    """The text twin in one line, so that a test need not know where it was wrapped."""
    return " ".join(_body(letter, "plain").split())


def html_of(letter: Letter) -> str:
    """The HTML body."""
    return _body(letter, "html")


def bodies(letter: Letter) -> tuple[str, str]:
    """The text twin and the HTML body, each in one line."""
    return text_of(letter), " ".join(html_of(letter).split())


def _body(letter: Letter, kind: str) -> str:
    message = message_from_bytes(letter.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
