import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import settings
from kleinstadt_net.database import db
from kleinstadt_net.mail import letters, outbox, suppressions
from kleinstadt_net.mail.letters import LetterDraft, Rendered
from kleinstadt_net.models import Letter, Suppression


def draft(key: str = "digest:1:2026-12", kind: str = "digest") -> LetterDraft:
    rendered = Rendered("Betreff", "Text\n", "<p>Text</p>")
    return letters.build(rendered, key=key, kind=kind, recipient="Anna@rathaus.example", period="2026-12")


def test_a_letter_lies_in_the_outbox_as_the_bytes_that_will_travel(app: Flask) -> None:
    written = draft()
    assert outbox.post(written)
    db.session.commit()
    letter = db.session.scalars(select(Letter)).one()
    assert letter.content == written.content
    assert (letter.state, letter.attempts, letter.period) == ("pending", 0, "2026-12")
    assert letter.message_id == written.message_id


def test_the_same_key_is_posted_once_and_the_transaction_lives_on(app: Flask) -> None:
    assert outbox.post(draft())
    assert not outbox.post(draft())
    assert outbox.post(draft(key="digest:2:2026-12"))
    db.session.commit()
    assert len(db.session.scalars(select(Letter)).all()) == 2


def test_what_is_rolled_back_was_never_posted(app: Flask) -> None:
    outbox.post(draft())
    db.session.rollback()
    assert db.session.scalars(select(Letter)).all() == []


def test_a_digest_to_a_suppressed_address_is_kept_as_failed_with_the_reason(app: Flask) -> None:
    suppressions.suppress("anna@RATHAUS.example", "mail server answered 550 5.1.1")
    assert outbox.post(draft())
    assert not outbox.post(draft())
    db.session.commit()
    letter = db.session.scalars(select(Letter)).one()
    assert letter.state == "failed"
    assert letter.error == "address suppressed: mail server answered 550 5.1.1"


def test_a_password_letter_passes_even_to_a_suppressed_address(app: Flask) -> None:
    suppressions.suppress("anna@rathaus.example", "550")
    outbox.post(draft(key="password:1", kind="password"))
    db.session.commit()
    assert db.session.scalars(select(Letter)).one().state == "pending"


def test_the_list_of_suppressions_names_nobody_and_keeps_the_first_reason(app: Flask) -> None:
    suppressions.suppress("anna@rathaus.example", "first", "asked")
    suppressions.suppress("anna@rathaus.example", "second")
    db.session.commit()
    row = db.session.scalars(select(Suppression)).one()
    assert (row.reason, row.kind) == ("first", "asked")
    assert "anna" not in row.address_hash and len(row.address_hash) == 64


def test_a_new_secret_key_does_not_forget_suppressions(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    suppressions.suppress("anna@rathaus.example", "550")
    db.session.commit()
    old = settings.current()
    changed = old.model_copy(
        update={"secret_key": type(old.secret_key)("n" * 40), "secret_key_fallbacks": (old.secret_key,)}
    )
    monkeypatch.setitem(app.config, settings.SETTINGS_KEY, changed)
    assert suppressions.suppression_reason("anna@rathaus.example") == "550"
    assert suppressions.suppression_reason("bernd@rathaus.example") is None
