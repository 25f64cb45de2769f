"""Messages as they come back: delivery reports, complaints, automatic answers, words of a person."""

from email.message import EmailMessage

_REPORT = """\
From: {sender}
To: bounce+{token}@kleinstadt.example
Message-ID: <{name}@mail.rathaus.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type={type}; boundary="==cut=="
MIME-Version: 1.0

--==cut==
Content-Type: text/plain; charset=utf-8

Ihre Nachricht konnte nicht zugestellt werden.

--==cut==
{part}
--==cut==--
"""
_STATUS = """\
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.rathaus.example

Final-Recipient: rfc822; anna@rathaus.example
Action: {action}
Status: {status}
"""
_FEEDBACK = """\
Content-Type: message/feedback-report

Feedback-Type: abuse
"""


def report(token: str, status: str, *, action: str = "failed", number: int = 1) -> bytes:
    """A delivery report (RFC 3464) about one letter; ``number`` tells several about it apart."""
    return _REPORT.format(
        sender="Mail Delivery System <MAILER-DAEMON@mail.rathaus.example>",
        token=token,
        name=f"report-{token}-{number}",
        type="delivery-status",
        part=_STATUS.format(action=action, status=status),
    ).encode()


def complaint(token: str) -> bytes:
    """What a provider sends when somebody marked a letter as unwanted."""
    return _REPORT.format(
        sender="abuse@anbieter.example",
        token=token,
        name=f"complaint-{token}",
        type="feedback-report",
        part=_FEEDBACK,
    ).encode()


def answer(message_id: str, sender: str, *, subject: str = "AW: Ein Brief", **headers: str) -> bytes:
    """What somebody, or something, wrote back to a letter; further headers by their names with underscores."""
    message = EmailMessage()
    message["From"] = f"Anna Muster <{sender}>"
    message["To"] = "post@kleinstadtnetz.example"
    message["Subject"] = subject
    message["Message-ID"] = f"<answer-to-{message_id.strip('<>').replace('@', '-')}@rathaus.example>"
    message["In-Reply-To"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Vielen Dank, wir melden uns.")
    return message.as_bytes()
