"""Invented examples for the invented towns of the demonstration; nobody real has written any of them."""

import random
import tomllib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Membership, Practice
from kleinstadt_net.services import installation, practice_content, practices
from kleinstadt_net.services.practice_content import Content

SEED = 611
TEXTS = Path(__file__).with_name("demonstration_practices.toml")
# In the order of the invented towns: who has written more than one, and whose editor has a draft waiting.
MAYORS = 0
EDITOR_EMAIL = "jonas.wieland@ellernrode.example"
OLDEST_DAYS = 700


def contents() -> list[Content]:
    """The invented examples as they are written."""
    return [
        Content(**{**told, "steps": tuple(told["steps"]), "subjects": tuple(told["subjects"])})
        for told in tomllib.loads(TEXTS.read_text(encoding="utf-8"))["example"]
    ]


def insert_practices(ids: Sequence[int]) -> None:
    """Every example released by one of these towns, and one of the mayor's town that waits for her. Commits."""
    rng = random.Random(SEED)
    begin_writing(db.session)
    leads = dict(
        db.session.execute(
            select(Membership.town_id, Membership.account_id)
            .where(Membership.town_id.in_(ids), Membership.role == "lead")
            .order_by(Membership.id.desc())
        ).all()
    )
    *released, waiting = contents()
    # The mayor's town has two of its own; the others are spread.
    others = [town_id for place, town_id in enumerate(ids) if place != MAYORS]
    authors = [ids[MAYORS], ids[MAYORS], *rng.choices(others, k=len(released) - 2)]
    for content, town_id in zip(rng.sample(released, k=len(released)), authors, strict=True):
        day = clock.now() - timedelta(days=rng.randrange(3, OLDEST_DAYS))
        _insert(
            content, town_id, leads.get(town_id), state=practices.RELEASED, created_at=day, released_at=day
        )
    editor_id = db.session.scalar(select(Account.id).where(Account.email == EDITOR_EMAIL))
    yesterday = clock.now() - timedelta(days=1)
    _insert(
        waiting, ids[MAYORS], editor_id, state=practices.DRAFT, created_at=yesterday, submitted_at=yesterday
    )
    installation.touch_towns({*authors})
    db.session.commit()


def _insert(content: Content, town_id: int, account_id: int | None, **given: object) -> None:
    practice_content.check(content)
    practice = Practice(
        town_id=town_id,
        created_by_id=account_id,
        changed_by_id=account_id,
        changed_at=given["created_at"],
        **given,
    )
    practices.fill(practice, content)
    db.session.add(practice)
    db.session.flush()
    practices.put_subjects(practice.id, content.subjects)
