"""STARTTLS against a real server whose certificate somebody vouches for; ``test_bad_servers.py`` has the other case."""

from collections.abc import Callable, Iterator

import pytest
import trustme
from flask import Flask

from kleinstadt_net.mail.delivery import DeliveryReport, deliver_due
from tests.factories import LetterFactory
from tests.support.certificates import server_context
from tests.support.smtp import PostOffice


@pytest.fixture
def server(authority: trustme.CA, trusted: None, smtp: PostOffice) -> Iterator[PostOffice]:
    """A server that insists on STARTTLS."""
    office = PostOffice(tls_context=server_context(authority), require_starttls=True)
    smtp.allowed_ports.add(office.port)
    office.start()
    yield office
    office.stop()


def test_a_certificate_that_is_vouched_for_lets_letters_through(
    make_app: Callable[..., Flask], server: PostOffice
) -> None:
    with make_app(mail_port=server.port, mail_use_tls=True).app_context():
        LetterFactory()
        assert deliver_due() == DeliveryReport(sent=1)
    assert len(server.deliveries) == 1


def test_a_certificate_for_another_name_ends_the_talk_before_any_letter(
    make_app: Callable[..., Flask], server: PostOffice
) -> None:
    with make_app(mail_server="localhost", mail_port=server.port, mail_use_tls=True).app_context():
        LetterFactory()
        assert deliver_due() == DeliveryReport(delayed=1, server_error="SSLCertVerificationError")
    assert server.deliveries == []
