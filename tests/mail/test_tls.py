"""STARTTLS against a real server with a certificate of the test's own."""

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from flask import Flask

from kleinstadt_net.mail.delivery import DeliveryReport, deliver_due
from tests.factories import LetterFactory
from tests.support.smtp import LOOPBACK, PostOffice


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for the loopback address and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing: apt install openssl")
    directory = tmp_path_factory.mktemp("tls")
    cert, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return cert, key


@pytest.fixture
def tls_app(
    make_app: Callable[..., Flask], smtp: PostOffice, certificate: tuple[Path, Path]
) -> Iterator[Flask]:
    """The application with MAIL_USE_TLS before a server that insists on STARTTLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    port = smtp.closed_port()
    server = Controller(Sink(), hostname=LOOPBACK, port=port, tls_context=context, require_starttls=True)
    server.start()
    app = make_app(mail_port=port, mail_use_tls=True)
    with app.app_context():
        yield app
    server.stop()


def test_a_certificate_nobody_vouches_for_ends_the_talk_before_any_letter(tls_app: Flask) -> None:
    LetterFactory()
    assert deliver_due() == DeliveryReport(delayed=1, server_error="SSLCertVerificationError")


def test_a_certificate_that_is_vouched_for_lets_letters_through(
    tls_app: Flask, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    LetterFactory()
    assert deliver_due() == DeliveryReport(sent=1)
