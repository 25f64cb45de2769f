from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from kleinstadt_net import settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter


def reread(letter: Letter) -> Letter:
    """The letter as the database has it now."""
    letter_id = letter.id
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Letter).where(Letter.id == letter_id)).one()


def shift(column: str, by: timedelta) -> None:
    """Let time pass for all letters: claims know the database's clock only, which no test can set."""
    for letter in db.session.scalars(select(Letter)).all():
        moment: datetime | None = getattr(letter, column)
        if moment is not None:
            db.session.execute(update(Letter).where(Letter.id == letter.id).values({column: moment - by}))
    db.session.commit()


@pytest.fixture
def wait_over(app: Flask) -> Callable[[], None]:
    """The delay of every letter is over."""
    return lambda: shift("next_try_at", timedelta(days=2))


@pytest.fixture
def claims_outlived(app: Flask) -> Callable[[], None]:
    """Every claim is older than any process may take."""
    return lambda: shift("claimed_at", timedelta(seconds=settings.current().claim_timeout + 1))
