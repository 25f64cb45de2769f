from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import settings
from kleinstadt_net.database import db
from kleinstadt_net.mail import letters, outbox, suppressions
from kleinstadt_net.mail.letters import LetterDraft, Rendered
from kleinstadt_net.models import Letter, Suppression
from tests.support.statements import counted_queries


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


KINDS = ("digest", "password_reset", "appointment_agreed", "address_again", "sign_up", "email_change")


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("hard", ["address_again", "sign_up", "email_change"]),
        ("soft", ["address_again", "sign_up", "email_change"]),
        ("operator", ["address_again", "sign_up", "email_change"]),
        ("complaint", list(KINDS[1:])),
        ("asked", list(KINDS[1:])),
    ],
)
def test_what_a_suppression_holds_back_depends_on_its_kind(
    app: Flask, kind: suppressions.Kind, sent: list[str]
) -> None:
    suppressions.suppress("anna@rathaus.example", "550", kind)
    outbox.post_all([draft(key=f"{letter}:1", kind=letter) for letter in KINDS])
    db.session.commit()
    rows = db.session.execute(select(Letter.kind, Letter.state).order_by(Letter.id)).all()
    assert [row.kind for row in rows if row.state == "pending"] == sent


def test_many_letters_are_posted_in_few_statements_and_known_keys_left_out(app: Flask) -> None:
    outbox.post(draft(key="digest:7:2026-12"))
    drafts = [draft(key=f"digest:{n}:2026-12") for n in range(150)]
    with counted_queries() as queries:
        new = outbox.post_all(drafts)
    db.session.commit()
    assert len(new) == 149 and "digest:7:2026-12" not in new
    assert len(queries) == 1
    assert set(new.values()) < set(db.session.scalars(select(Letter.id)))


def test_the_list_of_suppressions_names_nobody_and_keeps_what_forbids_most(app: Flask) -> None:
    kinds: tuple[suppressions.Kind, ...] = ("asked", "complaint", "hard", "soft")
    for kind in kinds:
        suppressions.suppress("anna@rathaus.example", f"for {kind}", kind)
    db.session.commit()
    row = db.session.scalars(select(Suppression)).one()
    assert (row.reason, row.kind) == ("for hard", "hard")
    assert "anna" not in row.address_hash and len(row.address_hash) == 64


def test_a_suppression_that_was_lifted_is_gone(app: Flask) -> None:
    suppressions.suppress("anna@rathaus.example", "550")
    assert suppressions.lift("Anna@rathaus.example")
    assert not suppressions.lift("anna@rathaus.example")
    assert suppressions.suppression_reason("anna@rathaus.example") is None


def test_the_return_address_names_the_letter(make_app: Callable[..., Flask]) -> None:
    with make_app(mail_bounce_address="bounce@kleinstadt.example").app_context():
        outbox.post(draft())
        letter = db.session.scalars(select(Letter)).one()
        assert letter.sender == f"bounce+{letter.bounce_token}@kleinstadt.example"
        assert b"From: Kleinstadtnetz <post@kleinstadtnetz.example>" in letter.content
        assert b"Precedence: bulk" in letter.content
        db.session.rollback()


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
