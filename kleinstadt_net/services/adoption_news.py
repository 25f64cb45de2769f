"""The town of an example learns who repeats it: at once in the list of news, and in the next letter."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.adoptions import AdoptionNews
from kleinstadt_net.models import Account, Adoption, Membership, Practice, Town
from kleinstadt_net.services import answer_people, exchange_news

KIND = "practice_adopted"
PATH = "/beispiel/{practice_id}"
RELEASED, DONE = "released", "done"


def tell(row: Adoption, owner_id: int) -> None:
    """Tell the example's town of an adoption, in the running transaction: when it is new, and once when it is done."""
    practice = db.session.get_one(Practice, row.practice_id)
    town = db.session.get_one(Town, row.town_id)
    exchange_news.tell(
        KIND,
        _people(owner_id, practice.created_by_id),
        town_id=owner_id,
        key=f"{practice.id}:{town.id}" + (f":{DONE}" if row.state == DONE else ""),
        path=PATH.format(practice_id=practice.id),
        facts={"adopter": town.name, "title": practice.title, "state": row.state},
        letter=lambda person: {"changed": row.changed, "why": row.why},
    )


def news(town_ids: Collection[int]) -> dict[int, tuple[AdoptionNews, ...]]:
    """By town who repeats its released examples, the oldest first: one query, however many towns."""
    adopter = aliased(Town)
    rows = db.session.execute(
        select(Practice.town_id, Adoption.id, Practice.id, Practice.title, adopter.name, Adoption.state)
        .join(Practice, Practice.id == Adoption.practice_id)
        .join(adopter, adopter.id == Adoption.town_id)
        .where(
            Practice.town_id.in_(list(town_ids)),
            Practice.state == RELEASED,
            Adoption.state != "given_up",
            *answer_people.taking_part(adopter),
        )
        .order_by(Adoption.id)
    )
    told: dict[int, list[AdoptionNews]] = {}
    for town_id, adoption_id, practice_id, title, town, state in rows:
        one = AdoptionNews(adoption_id, practice_id, title, town, state)
        told.setdefault(town_id, []).append(one)
    return {town_id: tuple(adoptions) for town_id, adoptions in told.items()}


def _people(town_id: int, author_id: int | None) -> Sequence[Account]:
    """The leads of the example's town, and whoever wrote it while she still acts for it."""
    query = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.town_id == town_id,
            Membership.state == "confirmed",
            Account.confirmed_at.is_not(None),
            or_(Membership.role == "lead", Account.id == author_id),
        )
        .order_by(Account.id)
    )
    return db.session.scalars(query).all()
