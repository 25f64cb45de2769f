from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskCliRunner

from tests.support.smtp import PostOffice


def test_without_a_mailbox_there_is_nothing_to_poll(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["bounces", "poll"])
    assert result.exit_code == 1 and result.stderr == "Error: MAIL_IMAP_SERVER is not set.\n"


def test_a_mailbox_that_cannot_be_reached_is_named(make_app: Callable[..., Flask], smtp: PostOffice) -> None:
    port = smtp.closed_port()
    app = make_app(
        mail_imap_server="127.0.0.1", mail_imap_port=port, mail_imap_username="a", mail_imap_password="b"
    )
    result = app.test_cli_runner().invoke(args=["bounces", "poll"])
    assert result.exit_code == 1 and result.stdout.startswith("Messages: none.")
    assert f"no IMAP over TLS at 127.0.0.1:{port} (ConnectionRefusedError)" in result.stderr
