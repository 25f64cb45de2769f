"""A handful of invented exchanges of the mayor's town: asked, asking, talking, over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Exchange, Membership, Message, Suggestion
from kleinstadt_net.services import demonstration_dates, exchange_requests
from kleinstadt_net.services.exchange_limits import pair
from kleinstadt_net.services.exchange_rules import CLOSED, LAPSED, OPEN, REQUESTED, TALKING

# The mayor's town and the one she talks to stand first among the invented ones; the third is the newcomer.
MAYORS, NEIGHBOUR, FIRST_OTHER = 0, 1, 3


@dataclass(frozen=True)
class _Talk:
    subject: str
    form: str
    concern: str
    need: str
    state: str
    days_ago: int
    asks: bool = True
    query: str = ""
    said: tuple["_Said", ...] = ()


@dataclass(frozen=True)
class _Said:
    """A message of the town that asked, or of the other."""

    days_ago: int
    by_asker: bool
    text: str


TALKS = (
    _Talk(
        "innenstadt",
        "telephone",
        "In der Langen Straße stehen sechs Läden leer, und die Eigentümer wohnen weit weg.",
        "Wie haben Sie die Eigentümer an einen Tisch bekommen, und was stand im Mietvertrag auf Zeit?",
        TALKING,
        20,
        said=(
            _Said(
                17,
                True,
                "Schön, dass es klappt. Am meisten beschäftigt uns, wie man Eigentümer erreicht, die nicht antworten.",
            ),
            _Said(
                16,
                False,
                "Bei uns hat ein **persönlicher Brief** geholfen, kein Anruf. Darin standen drei Dinge:\n\n"
                "- was ein leerer Laden die Straße kostet\n"
                "- dass die Stadt für zwölf Monate mietet\n"
                "- ein Termin im Laden selbst, mit Kaffee\n\n"
                "Von sechs sind vier gekommen.",
            ),
            _Said(15, True, "Das ist genau, was wir brauchen. Den Vertrag sehen wir uns gern gemeinsam an."),
        ),
    ),
    _Talk(
        "waerme",
        "video",
        "Wir fangen gerade mit der Wärmeplanung an und haben eine halbe Stelle dafür.",
        "Ein Blick in Ihre Ausschreibung und eine halbe Stunde mit der Person, die sie geschrieben hat.",
        REQUESTED,
        4,
        query="Gern. Planen Sie allein oder mit den Nachbargemeinden?",
    ),
    _Talk(
        "gesundheit",
        "visit",
        "Zwei von drei Hausarztpraxen suchen eine Nachfolge.",
        "Wir möchten uns Ihr Ärztehaus ansehen und verstehen, wer es betreibt.",
        CLOSED,
        130,
    ),
    _Talk(
        "mobilitaet",
        "documents",
        "Der Rat spricht über einen Bürgerbus in die Ortsteile.",
        "Ihre Satzung und die Kosten des ersten Jahres.",
        LAPSED,
        60,
        asks=False,
    ),
)
REQUEST = (
    "nahversorgung",
    "telephone",
    "Unser letzter Laden im Ortsteil schließt zum Jahresende.",
    "Wie haben Sie Ihren Dorfladen gegründet, und wer arbeitet dort?",
)


def insert_exchanges(ids: Sequence[int]) -> None:
    """Talks in every stage, and one request that waits for the mayor with its letter. Commits."""
    own = ids[MAYORS]
    suggested = set(db.session.scalars(select(Suggestion.peer_id).where(Suggestion.town_id == own)))
    others = [ids[NEIGHBOUR], *(one for one in ids[FIRST_OTHER:] if one not in suggested)]
    db.session.rollback()
    begin_writing(db.session)
    for talk, peer_id in zip(TALKS, others, strict=False):
        row = _exchange(talk, own, peer_id)
        db.session.add(row)
        db.session.flush()
        db.session.add_all(_message(one, row) for one in talk.said)
    db.session.commit()
    asker = others[len(TALKS)]
    lead = _lead(asker)
    if lead is not None:
        exchange_requests.ask(asker, own, lead, *REQUEST)
    demonstration_dates.insert_dates(own, _lead(own), _lead(others[0]))


def _exchange(talk: _Talk, own: int, peer_id: int) -> Exchange:
    town_id, asked_id = (own, peer_id) if talk.asks else (peer_id, own)
    asked_at = clock.now() - timedelta(days=talk.days_ago)
    agreed = talk.state in (TALKING, CLOSED)
    ended_at = asked_at + timedelta(days=21) if talk.state not in OPEN else None
    return Exchange(
        town_id=town_id,
        peer_id=asked_id,
        origin="request",
        subject=talk.subject,
        form=talk.form,
        concern=talk.concern,
        need=talk.need,
        query=talk.query,
        query_reply="",
        state=talk.state,
        open_pair=pair(own, peer_id) if talk.state in OPEN else None,
        opened_by_id=_lead(town_id),
        answered_by_id=_lead(asked_id) if agreed else None,
        requested_at=asked_at,
        accepted_at=asked_at + timedelta(days=2) if agreed else None,
        accepted_via="page" if agreed else None,
        ended_at=ended_at,
        changed_at=ended_at or asked_at + timedelta(days=2),
        version=2,
    )


def _message(said: _Said, row: Exchange) -> Message:
    return Message(
        exchange_id=row.id,
        town_id=row.town_id if said.by_asker else row.peer_id,
        account_id=row.opened_by_id if said.by_asker else row.answered_by_id,
        text=said.text,
        written_at=clock.now() - timedelta(days=said.days_ago),
    )


def _lead(town_id: int) -> int | None:
    return db.session.scalar(
        select(Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.town_id == town_id, Membership.role == "lead", Membership.state == "confirmed")
        .order_by(Account.id)
        .limit(1)
    )
