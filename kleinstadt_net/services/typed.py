"""What somebody has typed into a form and not saved yet: kept for her alone, until she saves or throws it away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Typed
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.vocabulary import SUBJECTS

# The form of the first five minutes; there is one, so it needs no key.
START = "start"
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
# Longer than any form with all its fields filled.
MAX_CHARACTERS = 40_000
MAX_FIELDS = 400
KEPT_DAYS = 30

Content = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Half:
    """A form as it was left: the texts of its fields by name."""

    content: Content
    saved_at: datetime


def is_form(name: str) -> bool:
    """Whether there is such a form within a town: of a section, a statement, an example, a talk, or the first one."""
    kind, _, key = name.partition(":")
    known = {
        "section": key in SHAPES,
        "stance": key in SUBJECTS,
        "practice": bool(NUMBER.fullmatch(key)),
        "message": bool(NUMBER.fullmatch(key)),
    }
    return known.get(kind, name == START)


def keep(account_id: int, town_id: int, form: str, content: Content) -> bool:
    """Keep what was typed in place of what was kept before; False for no such form, or more than a form holds."""
    if not is_form(form) or not _fits(content):
        return False
    begin_writing(db.session)
    put(account_id, town_id, form, content)
    db.session.commit()
    return True


def put(account_id: int, town_id: int, form: str, content: Content, *, over: bool = True) -> None:
    """The same in the running transaction, unchecked; without ``over`` something newer is left as it is."""
    # One writer per person and moment: two tabs must not meet in the unique key.
    db.session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    if not over and find(account_id, town_id, form) is not None:
        return
    _delete(account_id, town_id, form)
    db.session.add(
        Typed(
            account_id=account_id,
            town_id=town_id,
            form=form,
            content={name: list(texts) for name, texts in content.items()},
            saved_at=clock.now(),
        )
    )


def find(account_id: int, town_id: int, form: str) -> Half | None:
    """What this person has typed into a form and not saved."""
    row = db.session.scalar(
        select(Typed).where(Typed.account_id == account_id, Typed.town_id == town_id, Typed.form == form)
    )
    return Half(row.content, row.saved_at) if row else None


def discard(account_id: int, town_id: int, form: str) -> None:
    """Throw away what was kept."""
    begin_writing(db.session)
    _delete(account_id, town_id, form)
    db.session.commit()


def forget(account_id: int, town_id: int, form: str) -> None:
    """The same in the running transaction: the form has been saved."""
    _delete(account_id, town_id, form)


def _fits(content: Content) -> bool:
    characters = sum(len(name) + sum(map(len, texts)) for name, texts in content.items())
    fields = sum(len(texts) for texts in content.values())
    is_storable = not any("\x00" in text for texts in content.values() for text in texts)
    return is_storable and characters <= MAX_CHARACTERS and fields <= MAX_FIELDS


def _delete(account_id: int, town_id: int, form: str) -> None:
    db.session.execute(
        delete(Typed).where(Typed.account_id == account_id, Typed.town_id == town_id, Typed.form == form),
        execution_options={"synchronize_session": False},
    )
