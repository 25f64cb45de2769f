"""The demonstration: some 300 invented towns that show the service at work, marked as invented everywhere.

Keys begin with 99, names stand in no register and not in GeoNames, people live at ``.example``.
Figures are those of real towns, slightly changed; everything said is drawn from a fixed seed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import (
    Account,
    Circle,
    Focus,
    Letter,
    Membership,
    Network,
    Round,
    Stance,
    Subscription,
    Suggestion,
    Town,
    TownFigure,
)
from kleinstadt_net.register_data import BundledTown, bundled_towns, invented_names
from kleinstadt_net.search.folding import search_fold, slug, sort_key
from kleinstadt_net.security.passwords import hash_password
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import (
    answer_giving,
    demonstration_circles,
    demonstration_exchanges,
    demonstration_history,
    demonstration_letters,
    demonstration_networks,
    demonstration_pictures,
    demonstration_practices,
    demonstration_questions,
    demonstration_sections,
    demonstration_start,
    digests,
    installation,
    rounds,
    subscriptions,
)
from kleinstadt_net.services.demonstration_history import LENGTH
from kleinstadt_net.services.demonstration_texts import IN_PROGRESS, SEEKING, STRENGTHS
from kleinstadt_net.territory import DEMONSTRATION_KEY_PREFIX, KEY_LENGTH, TIME_ZONE
from kleinstadt_net.vocabulary import SUBJECTS, THESES, TOPICS, State

SEED = 2026
SOURCE = "Vorführdaten (erfunden)"
CONSENT_WORDING = "Vorführkonto: Der Monatsbrief ist zum Ausprobieren eingeschaltet."
FIRST_NAMES = (
    "Anke",
    "Bernd",
    "Carla",
    "Detlef",
    "Elke",
    "Frank",
    "Gisela",
    "Holger",
    "Inga",
    "Jens",
    "Katrin",
)
LAST_NAMES = ("Ahrbeck", "Brinkhoff", "Clasen", "Dornseif", "Eggestein", "Fahrnow", "Grotehus", "Hasselbring")


class NotEmpty(Exception):
    """The database already holds people of its own; a demonstration would mix with them."""


@dataclass(frozen=True)
class Person:
    """One of the cast: somebody to sign in as."""

    email: str
    first_name: str
    last_name: str
    salutation: str
    office: str
    town: int | None
    role: str
    part: str


# Indexes are those of the invented names: 0 is Ellernrode, 1 is Lauenfurt, 2 is the newcomer.
CAST = (
    Person(
        "karla.brandtner@ellernrode.example",
        "Karla",
        "Brandtner",
        "Frau",
        "Bürgermeisterin",
        0,
        "lead",
        "Bürgermeisterin von Ellernrode",
    ),
    Person(
        "jonas.wieland@ellernrode.example",
        "Jonas",
        "Wieland",
        "",
        "Stadtentwicklung",
        0,
        "editor",
        "Mitarbeiter im Rathaus von Ellernrode",
    ),
    Person(
        "henrik.falk@lauenfurt.example",
        "Henrik",
        "Falk",
        "Herr",
        "Bürgermeister",
        1,
        "lead",
        "Bürgermeister von Lauenfurt",
    ),
    Person(
        "ute.sommerfeld@betrieb.example", "Ute", "Sommerfeld", "Frau", "", None, "", "Betreiberin des Netzes"
    ),
    Person(
        "maren.tiedtke@ahornbach.example",
        "Maren",
        "Tiedtke",
        "Frau",
        "Bürgermeisterin",
        2,
        "lead",
        "Bürgermeisterin von Ahornbach, seit heute dabei",
    ),
)


@dataclass(frozen=True)
class Credential:
    """How to sign in as one of the cast."""

    email: str
    password: str
    part: str


def exists() -> bool:
    """Whether the invented towns are there."""
    return installation.is_demonstration()


def load() -> list[Credential]:
    """Invent the towns and people, run the rounds of the last months, and write the cast's letters.

    Raises NotEmpty when accounts exist already.
    """
    begin_writing(db.session)
    if db.session.scalar(select(Account.id).limit(1)) is not None:
        db.session.rollback()
        raise NotEmpty
    draw = random.Random(SEED)
    today = clock.today()
    installation.set_kind(installation.DEMONSTRATION)
    ids = _insert_towns(draw, today)
    _insert_statements(draw, ids, today)
    _insert_leads(draw, ids)
    credentials = _insert_cast(ids)
    demonstration_sections.insert_sections(ids, today)
    demonstration_pictures.insert_pictures(ids)
    demonstration_networks.insert_networks(ids)
    demonstration_start.prepare(ids, today)
    installation.touch_towns(ids)
    db.session.commit()
    demonstration_history.live_through(ids)
    demonstration_letters.subscribe(ids, CONSENT_WORDING)
    _let_life_begin(ids)
    demonstration_start.let_newcomer_join(ids, today)
    return credentials


def remove() -> int:
    """Delete every invented town and person and what hangs on them; the number of towns removed."""
    begin_writing(db.session)
    towns = select(Town.id).where(Town.ags.startswith(DEMONSTRATION_KEY_PREFIX))
    ids = list(db.session.scalars(towns))
    people = select(Membership.account_id).where(Membership.town_id.in_(towns))
    emails = [person.email for person in CAST]
    for rows in (Round, Network, Circle):
        db.session.execute(delete(rows), execution_options={"synchronize_session": False})
    _delete_letters(people, emails)
    db.session.execute(
        delete(Account).where(Account.id.in_(people) | Account.email.in_(emails)),
        execution_options={"synchronize_session": False},
    )
    db.session.execute(
        delete(Town).where(Town.id.in_(towns)), execution_options={"synchronize_session": False}
    )
    installation.set_kind(installation.REGULAR)
    installation.touch_towns([])
    db.session.commit()
    return len(ids)


def _delete_letters(people: Any, emails: Sequence[str]) -> None:
    cast = select(Account.id).where(Account.email.in_(emails))
    db.session.execute(
        delete(Letter).where(Letter.account_id.in_(people) | Letter.account_id.in_(cast)),
        execution_options={"synchronize_session": False},
    )


def _insert_towns(draw: random.Random, today: date) -> list[int]:
    names = invented_names()
    models = draw.sample(sorted(bundled_towns(), key=lambda town: town.ags), len(names))
    keys = [f"{DEMONSTRATION_KEY_PREFIX}{number:0{KEY_LENGTH - 2}d}" for number in range(1, len(names) + 1)]
    towns = [_town(draw, *row, today) for row in zip(keys, names, models, strict=True)]
    db.session.execute(insert(Town), towns)
    by_key = dict(
        db.session.execute(
            select(Town.ags, Town.id).where(Town.ags.startswith(DEMONSTRATION_KEY_PREFIX))
        ).all()
    )
    ids = [by_key[key] for key in keys]
    figures = [_figure(draw, town_id, model, today) for town_id, model in zip(ids, models, strict=True)]
    db.session.execute(insert(TownFigure), figures)
    return ids


def _town(draw: random.Random, ags: str, name: str, model: BundledTown, today: date) -> dict[str, Any]:
    return {
        "ags": ags,
        "name_official": name,
        "name": name,
        "slug": slug(name),
        "sort_key": sort_key(name),
        "search_fold": search_fold(name, None),
        "land": model.land,
        "kreis": ags[:5],
        "kind": "Stadt",
        "lat": model.lat + draw.uniform(-0.08, 0.08),
        "lon": model.lon + draw.uniform(-0.1, 0.1),
        "register_source": SOURCE,
        "position_source": SOURCE,
        "joined_on": today - timedelta(days=draw.randint(20, 300)),
        "revision": 0,
    }


def _figure(draw: random.Random, town_id: int, model: BundledTown, today: date) -> dict[str, Any]:
    return {
        "town_id": town_id,
        "population_on": date(today.year - 1, 12, 31),
        "population": round(model.population_estimate * draw.uniform(0.95, 1.05)),
        "area_km2": round(model.area_km2 * draw.uniform(0.95, 1.05), 2),
        "source": SOURCE,
        "area_source": SOURCE,
        "quality": "estimate",
    }


def _insert_statements(draw: random.Random, ids: Sequence[int], today: date) -> None:
    stances, focuses = [], []
    for town_id in ids:
        theses = draw.sample(list(THESES), draw.randint(1, 3))
        focuses += [{"town_id": town_id, "thesis": thesis} for thesis in theses]
        subjects = [*theses, *draw.sample(list(TOPICS), draw.randint(4, 8))]
        stances += [_stance(draw, town_id, subject, today) for subject in subjects]
    db.session.execute(insert(Stance), stances)
    db.session.execute(insert(Focus), focuses)


def _stance(draw: random.Random, town_id: int, subject: str, today: date) -> dict[str, Any]:
    state = draw.choices(list(State), weights=(4, 3, 3))[0]
    bank = {State.STRENGTH: STRENGTHS[subject], State.IN_PROGRESS: IN_PROGRESS, State.SEEKING: SEEKING}[state]
    confirmed_on = today - timedelta(days=int(draw.triangular(3, 480, 60)))
    return {
        "town_id": town_id,
        "subject": SUBJECTS[subject].key,
        "state": state.value,
        # Everybody leaves something out; a demonstration without gaps would promise too much.
        "sentence": draw.choice(bank) if draw.random() < 0.7 else None,
        "since": _since(draw, confirmed_on) if draw.random() < 0.5 else None,
        "confirmed_on": confirmed_on,
        "version": 1,
        "changed_at": datetime.combine(confirmed_on, time(12), TIME_ZONE),
    }


def _since(draw: random.Random, confirmed_on: date) -> date:
    """The first of a month up to four years before the statement was confirmed."""
    return (confirmed_on - timedelta(days=draw.randint(31, 1460))).replace(day=1)


def _insert_leads(draw: random.Random, ids: Sequence[int]) -> None:
    """A lead without a password for every town outside the cast's: taking part needs a person."""
    taken = {person.town for person in CAST}
    people = []
    for number in range(len(ids)):
        if number not in taken:
            people.append((number, f"rathaus{number}@vorfuehrung.example"))
    now = clock.now()
    db.session.execute(
        insert(Account),
        [
            {
                "email": email,
                "first_name": draw.choice(FIRST_NAMES),
                "last_name": draw.choice(LAST_NAMES),
                "salutation": "",
                "is_operator": False,
                "created_at": now,
                "confirmed_at": now,
                "seen_on": clock.today(),
            }
            for _, email in people
        ],
    )
    accounts = dict(db.session.execute(select(Account.email, Account.id)).all())
    db.session.execute(
        insert(Membership),
        [
            {
                "account_id": accounts[email],
                "town_id": ids[number],
                "role": "lead",
                "state": "confirmed",
                "office": "",
                "is_home": True,
                "confirmed_at": now,
            }
            for number, email in people
        ],
    )


def _insert_cast(ids: Sequence[int]) -> list[Credential]:
    credentials = []
    for person in CAST:
        password, since = new_token()[:16], _there_since(person)
        account = Account(
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            salutation=person.salutation,
            password_hash=hash_password(password),
            is_operator=person.town is None,
            created_at=since,
            confirmed_at=since,
            seen_on=clock.today(),
        )
        db.session.add(account)
        db.session.flush()
        if person.town is not None:
            _settle(account, person, ids[person.town], since)
        credentials.append(Credential(person.email, password, person.part))
    return credentials


def _there_since(person: Person) -> datetime:
    return clock.now() - (timedelta() if person.town == demonstration_start.NEWCOMER else LENGTH)


def _settle(account: Account, person: Person, town_id: int, since: datetime) -> None:
    db.session.add(
        Membership(
            account_id=account.id,
            town_id=town_id,
            role=person.role,
            state="confirmed",
            office=person.office,
            is_home=True,
            confirmed_at=since,
        )
    )
    # The newcomer reads from now on: nobody was silent to her before.
    if person.town == demonstration_start.NEWCOMER:
        return
    db.session.add(
        Subscription(
            account_id=account.id,
            frequency=subscriptions.MONTHLY,
            token=new_token(),
            consent_at=since,
            consent_wording=CONSENT_WORDING,
            changed_at=since,
        )
    )


def _let_life_begin(ids: Sequence[int]) -> None:
    """Run the round, let a town ask for a talk with the mayor's, and write the letters."""
    month = clock.current_month()
    rounds.run(month)
    asker = db.session.execute(
        select(Suggestion.id, Suggestion.town_id, Membership.account_id)
        .join(Round, Round.id == Suggestion.round_id)
        .join(Membership, Membership.town_id == Suggestion.town_id)
        .where(Round.month == month, Suggestion.peer_id == ids[0], Suggestion.slot == "mutual")
        .order_by(Suggestion.position, Suggestion.town_id)
        .limit(1)
    ).first()
    if asker is not None:
        answer_giving.give(asker.id, asker.town_id, asker.account_id, "contact", "page")
    demonstration_circles.insert_circles(ids)
    demonstration_exchanges.insert_exchanges(ids)
    demonstration_practices.insert_practices(ids)
    demonstration_questions.insert_questions(ids)
    digests.enqueue_due(clock.now(), any_day=True)
    demonstration_letters.give_up(ids)
