"""Asking the virus scanner, over both kinds of connection, and what an unclear answer means."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from pydantic import ValidationError

import config
from kleinstadt_net import settings
from kleinstadt_net.files import scanner
from kleinstadt_net.files.scanner import Verdict, scan
from tests.support import clamd

SetTo = Callable[[str], None]


@pytest.fixture
def set_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> SetTo:
    def put(address: str) -> None:
        bound = settings.current().model_copy(update={"clamd_address": address})
        monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)

    return put


def test_without_a_scanner_nobody_is_asked(app: Flask) -> None:
    assert scan(clamd.EICAR) is Verdict.CLEAN


@pytest.mark.parametrize("over", ["tcp", "unix"])
def test_the_scanner_gets_every_byte_and_its_word_counts(over: str, set_to: SetTo, tmp_path: Path) -> None:
    with clamd.scanner(tmp_path / "clamd.ctl" if over == "unix" else None) as running:
        set_to(running.address)
        large = b"Ellernrode" * 30_000
        assert scan(large) is Verdict.CLEAN and scan(b"x" + clamd.EICAR) is Verdict.INFECTED
        assert running.received == [large, b"x" + clamd.EICAR]


@pytest.mark.parametrize(
    "answer",
    [clamd.TOO_LARGE, b"", b"\0", b"stream: OK", b"stream: OK or not\0", b"UNKNOWN COMMAND\0", b"x" * 9_000],
)
def test_an_unclear_answer_is_no_clean(answer: bytes, set_to: SetTo) -> None:
    with clamd.scanner() as running:
        running.answer = answer or b" "
        set_to(running.address)
        assert scan(b"Brief") is Verdict.UNCHECKED


def test_a_scanner_that_hangs_up_or_says_nothing_stops_the_upload(
    set_to: SetTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "STEP_SECONDS", 0.05)
    with clamd.scanner() as running:
        set_to(running.address)
        running.is_silent = True
        assert scan(b"Brief") is Verdict.UNCHECKED
        running.hangs_up = True
        assert scan(b"Brief" * 1_000_000) is Verdict.UNCHECKED


def test_a_scanner_that_is_not_there_stops_the_upload(set_to: SetTo, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as briefly:
        port = briefly.getsockname()[1]
    for address in (f"127.0.0.1:{port}", f"unix:{tmp_path}/clamd.ctl"):
        set_to(address)
        assert scan(b"Brief") is Verdict.UNCHECKED


@pytest.mark.parametrize("address", ["localhost", "unix:", ":3310", "localhost:", "localhost:clamd"])
def test_an_address_that_names_no_scanner_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ValidationError, match="CLAMD_ADDRESS"):
        config.load("testing", secret_key="x" * 40, clamd_address=address)
