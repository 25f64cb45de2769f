"""Letters that were given up and are tried again."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AuditEntry, Letter
from kleinstadt_net.services import audit, undelivered
from tests.factories import AccountFactory, LetterFactory


@pytest.fixture
def operator(app: Flask) -> Account:
    made: Account = AccountFactory(is_operator=True)
    return made


def states() -> list[str]:
    return list(db.session.scalars(select(Letter.state).order_by(Letter.id)))


def test_all_that_failed_go_again_with_one_entry_in_the_trail(operator: Account) -> None:
    for state in ("failed", "failed", "sent"):
        LetterFactory(state=state, attempts=8)
    assert undelivered.retry_all(operator.id) == 2
    assert undelivered.retry_all(operator.id) == 0
    assert states() == ["pending", "pending", "sent"]
    (entry,) = db.session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.account_id, entry.detail) == ("letter.retried", operator.id, {"letters": 2})


def test_no_letter_goes_again_without_its_entry_in_the_trail(
    operator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    LetterFactory(state="failed")

    def fail(*given: Any, **detail: Any) -> None:
        raise OSError("the database went away")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(OSError):
        undelivered.retry_all(operator.id)
    db.session.rollback()
    assert states() == ["failed"]
