"""What messages that come back are taken for; no database here."""

import pytest

from kleinstadt_net.mail.inbound import blames_address, read
from tests.support import returned

HOST = "kleinstadtnetz.example"
TOKEN = "0123456789abcdef0123456789abcdef"
LETTER = "<letter-1@kleinstadtnetz.example>"


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (returned.report(TOKEN, "5.1.1"), "hard", "5.1.1"),
        (returned.report(TOKEN, "5.2.2"), "hard", "5.2.2"),
        (returned.report(TOKEN, "4.4.7"), "soft", "4.4.7"),
        (returned.report(TOKEN, "nonsense"), "hard", "5.0.0"),
        (returned.report(TOKEN, "4.4.7", action="delayed"), "delayed", ""),
        (returned.report(TOKEN, "2.0.0", action="delivered"), "other", ""),
        (returned.complaint(TOKEN), "complaint", ""),
    ],
)
def test_a_report_names_its_letter_and_what_became_of_it(raw: bytes, kind: str, status: str) -> None:
    incoming = read(raw, HOST)
    assert (incoming.kind, incoming.status, incoming.token) == (kind, status, TOKEN)
    assert read(raw, HOST).key == incoming.key


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (returned.answer(LETTER, "anna@rathaus.example"), "human"),
        (returned.answer(LETTER, "anna@rathaus.example", Auto_Submitted="no"), "human"),
        (returned.answer(LETTER, "anna@rathaus.example", Auto_Submitted="auto-replied"), "automatic"),
        (returned.answer(LETTER, "anna@rathaus.example", Precedence="bulk"), "automatic"),
        (returned.answer(LETTER, "anna@rathaus.example", X_Autoreply="yes"), "automatic"),
        (returned.answer(LETTER, "anna@rathaus.example", Return_Path="<>"), "automatic"),
        (
            returned.answer(LETTER, "anna@rathaus.example", subject="Abwesenheitsnotiz: bis Montag"),
            "automatic",
        ),
        (returned.answer(LETTER, "anna@rathaus.example", subject="Out of Office"), "automatic"),
        (returned.answer(LETTER, "postmaster@rathaus.example"), "automatic"),
        (returned.answer(LETTER, "anna@rathaus.example", List_Id=f"<digest.{HOST}>"), "loop"),
    ],
)
def test_an_answer_of_a_machine_is_told_from_one_of_a_person(raw: bytes, kind: str) -> None:
    incoming = read(raw, HOST)
    assert incoming.kind == kind
    assert incoming.message_ids == (LETTER,)


@pytest.mark.parametrize("raw", [b"", b"\0\xff" * 50, b"Subject: =?utf-8?b?//\n\n", b"From: <<>>\n\nx"])
def test_whatever_the_bytes_are_there_is_an_answer(raw: bytes) -> None:
    assert read(raw, HOST).token is None


def test_only_a_missing_address_is_the_fault_of_the_address() -> None:
    assert blames_address("5.1.1") and blames_address("5.1.10")
    assert not any(map(blames_address, ("5.1.8", "5.2.2", "5.7.1", "4.1.1", "")))
