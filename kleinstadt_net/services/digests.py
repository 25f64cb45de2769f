"""The Monatsbrief: who is due, what she is told, and the letter put into the outbox exactly once.

The unique key ``digest:<account>:<month>`` decides between two processes that write the same letter
at the same time: the loser's transaction, with its links and marks, is rolled back as a whole.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email import message_from_bytes, policy
from typing import Any, Literal

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock, territory
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.digest.issue import Issue, compose
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.mail import letters, outbox
from kleinstadt_net.mail.letters import LetterDraft, Rendered
from kleinstadt_net.models import DigestItem, Letter
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import (
    digest_facts,
    installation,
    links,
    notifications,
    subscriptions,
    urls,
    working_days,
)
from kleinstadt_net.services.digest_facts import KIND, Reader
from kleinstadt_net.vocabulary import SLOT_TITLES, SUBJECTS

# Paths in the letter, held against the URL map by a test.
ANSWER_PATH = "/antwort/{token}?a={answer}"
SHORT_PATH = "/v/{suggestion_id}"
STANCE_PATH = "/unsere-stadt/angaben/{subject}"
SUGGESTIONS_PATH = "/vorschlaege"
SEARCHES_PATH = "/staedte/suchen"
CIRCLE_PATH = "/lernkreis/{circle_id}"
NOTIFICATIONS_PATH = "/benachrichtigungen"
TALK_PATH = "/gespraeche/{exchange_id}"
QUESTION_PATH = "/fragen/{question_id}"
PRACTICE_PATH = "/beispiel/{practice_id}"

ANSWER_PURPOSE = "answer"
# A letter opened after the holidays can still be answered; by then two newer ones have come.
ANSWER_DAYS = 60
# Stands in the preview where the letter has random characters; as long as these, so that lines break alike.
PREVIEW = "vorschau".ljust(len(new_token()), "-")
CHUNK = 200

Mint = Callable[[Suggestion], str]
Outcome = Literal["enqueued", "nothing_new", "waiting_for_round", "overtaken", "failed"]

log = structlog.get_logger("digests")


@dataclass(frozen=True)
class EnqueueReport:
    """How many of the accounts that were due had which outcome.

    ``overtaken``: another process wrote the same letter, or the account was deleted meanwhile.
    """

    enqueued: int = 0
    nothing_new: int = 0
    waiting_for_round: int = 0
    overtaken: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Preview:
    """A person's letter of a month: as it went (``posted_at``) or as it would go; None: nothing to tell.

    ``opens_on`` is the day from which it goes out, None once that day has come.
    """

    month: str
    opens_on: date | None
    posted_at: datetime | None
    letter: Rendered | None


def enqueue_due(now: datetime, *, month: str | None = None, any_day: bool = False) -> EnqueueReport:
    """Write the letters of ``month`` (default: the present one) for everybody who is due.

    Safe to call at any time and from several processes; ``any_day`` leaves out the calendar (a
    demonstration starts on any day), never consent or pause. Commits once per letter.
    """
    local = now.astimezone(territory.TIME_ZONE)
    month = month or local.strftime("%Y-%m")
    if not any_day and local.date() < due.usual_day(month):
        return EnqueueReport()
    round_of_month = digest_facts.round_id(month)
    waiting = digest_facts.candidates(month, local.date())
    outcomes: Counter[Outcome] = Counter()
    for start in range(0, len(waiting), CHUNK):
        chunk = [
            reader
            for reader in digest_facts.readers(waiting[start : start + CHUNK])
            if due.is_due(
                reader.consent,
                month,
                now,
                _holidays(reader.town.land, month),
                any_day=any_day,
            )
        ]
        outcomes.update(_enqueue(chunk, month, round_of_month, now))
    return EnqueueReport(**{str(outcome): count for outcome, count in outcomes.items()})


def preview(account_id: int) -> Preview | None:
    """This month's letter of one person, made by the same function that writes it; changes nothing.

    None for somebody without a subscription or a confirmed town. Only the random characters of the
    answer links differ from the letter sent: they are made when it is.
    """
    now = clock.now()
    month = clock.current_month()
    readers = digest_facts.readers([account_id])
    if not readers:
        return None
    (reader,) = readers
    opens_on = _coming(due.issue_day(month, _holidays(reader.town.land, month)))
    stored = _stored(account_id, month)
    if stored is not None:
        return Preview(month, opens_on, stored.created_at, _read(stored.subject, stored.content))
    issue = _issues(readers, digest_facts.round_id(month), now)[account_id]
    if issue is None:
        return Preview(month, opens_on, None, None)
    draft = _draft(reader, issue, month, lambda suggestion: PREVIEW)
    return Preview(month, opens_on, None, _read(draft.subject, draft.content))


def _coming(day: date) -> date | None:
    return day if day > clock.today() else None


def _enqueue(
    readers: Sequence[Reader], month: str, round_of_month: int | None, now: datetime
) -> Iterator[Outcome]:
    patient = {
        reader.account_id
        for reader in readers
        if round_of_month is None and due.waits_for_round(month, now, _holidays(reader.town.land, month))
    }
    issues = _issues([r for r in readers if r.account_id not in patient], round_of_month, now)
    for reader in readers:
        if reader.account_id in patient:
            yield "waiting_for_round"
        else:
            yield _enqueue_one(reader, issues[reader.account_id], month, round_of_month is not None)


def _issues(
    readers: Sequence[Reader], round_of_month: int | None, now: datetime
) -> Mapping[int, Issue | None]:
    """The issue of every reader (by account id); the number of queries does not depend on how many."""
    if not readers:
        return {}
    today = now.astimezone(territory.TIME_ZONE).date()
    news = digest_facts.news({reader.town for reader in readers}, round_of_month, today)
    people = [reader.account_id for reader in readers]
    told, unread = digest_facts.told(people), notifications.for_digest(people)
    return {
        reader.account_id: compose(
            replace(news[reader.town.town_id], unread=tuple(unread.get(reader.account_id, ()))),
            today=today,
            told=told.get(reader.account_id, set()),
        )
        for reader in readers
    }


def _enqueue_one(reader: Reader, issue: Issue | None, month: str, has_round: bool) -> Outcome:
    try:
        outcome = _write(reader, issue, month) if issue else _pass_over(reader, month, has_round)
        if outcome == "overtaken":
            db.session.rollback()
        else:
            db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return "overtaken"
    except Exception:
        # One letter that cannot be written must not keep the others from going out.
        db.session.rollback()
        log.exception("digest not written", account_id=reader.account_id, month=month)
        return "failed"
    return outcome


def _write(reader: Reader, issue: Issue, month: str) -> Outcome:
    def mint(suggestion: Suggestion) -> str:
        return links.create(
            ANSWER_PURPOSE, reader.account_id, days=ANSWER_DAYS, target_id=suggestion.suggestion_id
        )

    # Written out before the database is locked for writing, or everybody else would wait meanwhile.
    with db.session.no_autoflush:
        draft = _draft(reader, issue, month, mint)
    begin_writing(db.session)
    if not outbox.post(draft):
        return "overtaken"
    _mark(reader.account_id, issue.keys, db.session.scalar(select(Letter.id).where(Letter.key == draft.key)))
    return "enqueued"


def _pass_over(reader: Reader, month: str, has_round: bool) -> Outcome:
    """Remember that there was nothing to tell; not while suggestions may still come, late as they are."""
    if has_round:
        begin_writing(db.session)
        _mark(reader.account_id, [digest_facts.skipped_key(month)], None)
    return "nothing_new"


def _mark(account_id: int, keys: Collection[str], letter_id: int | None) -> None:
    for key in keys:
        db.session.add(DigestItem(account_id=account_id, item_key=key, letter_id=letter_id))


def _draft(reader: Reader, issue: Issue, month: str, mint: Mint) -> LetterDraft:
    return letters.build(
        _render(reader, issue, month, mint),
        key=f"{KIND}:{reader.account_id}:{month}",
        kind=KIND,
        recipient=reader.email,
        recipient_name=f"{reader.first_name} {reader.last_name}".strip(),
        account_id=reader.account_id,
        period=month,
        unsubscribe_url=subscriptions.unsubscribe_url(reader.token),
    )


def _render(reader: Reader, issue: Issue, month: str, mint: Mint) -> Rendered:
    """The letter as its reader will see it; ``mint`` gives the characters of each answer link."""
    tokens = {suggestion.suggestion_id: mint(suggestion) for suggestion in issue.answerable}
    context: dict[str, Any] = {
        "reader": reader,
        "town": reader.town,
        "issue": issue,
        "month": month,
        "subjects": SUBJECTS,
        "slots": SLOT_TITLES,
        "answer_url": lambda suggestion, answer: urls.absolute(
            ANSWER_PATH.format(token=tokens[suggestion.suggestion_id], answer=answer)
        ),
        "short_url": lambda suggestion: urls.absolute(
            SHORT_PATH.format(suggestion_id=suggestion.suggestion_id)
        ),
        "town_url": _town_url,
        "stance_url": lambda subject: urls.absolute(STANCE_PATH.format(subject=subject)),
        "suggestions_url": urls.absolute(SUGGESTIONS_PATH),
        "searches_url": urls.absolute(SEARCHES_PATH),
        "talk_url": lambda date: urls.absolute(TALK_PATH.format(exchange_id=date.exchange_id)),
        "asked_url": lambda asked: urls.absolute(QUESTION_PATH.format(question_id=asked.question_id)),
        "practice_url": lambda one: urls.absolute(PRACTICE_PATH.format(practice_id=one.practice_id)),
        "circle_url": lambda circle: urls.absolute(CIRCLE_PATH.format(circle_id=circle.circle_id)),
        "notifications_url": urls.absolute(NOTIFICATIONS_PATH),
        "preferences_url": subscriptions.preferences_url(reader.token),
        "unsubscribe_url": subscriptions.unsubscribe_url(reader.token),
    }
    return letters.render("digest", context, demonstration=installation.is_demonstration())


def _town_url(peer: Peer) -> str:
    return urls.absolute(urls.town_path(peer.slug, peer.ags))


def _stored(account_id: int, month: str) -> Letter | None:
    return db.session.scalar(
        select(Letter).where(Letter.account_id == account_id, Letter.kind == KIND, Letter.period == month)
    )


def _read(subject: str, content: bytes) -> Rendered:
    """A letter as its reader sees it, taken from the bytes that travel."""
    message = message_from_bytes(content, policy=policy.default)
    bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: body.get_content() if body is not None else "" for kind, body in bodies.items()}
    return Rendered(subject, texts["plain"], texts["html"])


def _holidays(land: str, month: str) -> frozenset[date]:
    return working_days.holidays(land, int(month[:4]))
