"""A question without its town's name: whoever asks it, no page, letter or file of another town differs by a byte."""

import re
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select, update

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    Letter,
    Notification,
    NotificationPreference,
    Question,
    QuestionAnswer,
    Town,
)
from kleinstadt_net.services import (
    notification_kinds,
    question_answers,
    question_asking,
    question_news,
    question_rules,
)
from kleinstadt_net.services.question_rules import NewQuestion
from tests import factories as make
from tests.house.world import World, routes
from tests.support.client import ProofReadingClient

# What differs with every answer, and what says when something was said.
VARYING = re.compile(r'nonce="[^"]+"|csrf_token" value="[^"]+"|DTSTAMP:\S+')
MONDAY = datetime(2026, 11, 9, 10, tzinfo=territory.TIME_ZONE)
TITLE = "Wer hat leere Läden auf Zeit vermietet?"


def asked(town: Town, author: Account) -> int:
    """An anonymous question with an addition of the asking town, an answer of another, and a summary."""
    made: Question = make.QuestionFactory(
        town_id=town.id, author_id=author.id, is_anonymous=True, summary="Wir haben viel gelernt."
    )
    make.QuestionAnswerFactory(
        question_id=made.id, town_id=town.id, author_id=author.id, text="Noch etwas dazu."
    )
    make.QuestionAnswerFactory(question_id=made.id, helped_at=clock.now())
    return made.id


def pages(app: Flask, client: ProofReadingClient, world: World, *more: str) -> dict[str, str]:
    """Everything this reader can open, by address."""
    known = [world.url(app, rule) for rule in routes(app, "GET") if rule.endpoint != "static"]
    found = {address: client.get(address) for address in (*known, *more)}
    return {
        address: VARYING.sub("", answer.data.decode("utf-8", "replace"))
        for address, answer in found.items()
        if answer.status_code == 200
    }


def test_no_page_tells_by_a_byte_who_asks(
    app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        cast = world.cast
        question_id = asked(cast.town, cast.mayor)
        make.QuestionAnswerFactory(question_id=question_id, town_id=cast.other_town.id)
        other = make.MembershipFactory(role="lead", town__taking_part=True)
        # What the addresses speak of is made when it is first asked for.
        assert world.arguments
        sign_in(client, cast.stranger)
        client.proof_reading = False
        more = (
            f"/fragen/{question_id}",
            "/fragen?thema=innenstadt",
            "/fragen/aehnlich?titel=Leere+Läden+vermietet&thema=innenstadt",
        )
        first = pages(app, client, world, *more)
        own = QuestionAnswer.question_id == question_id, QuestionAnswer.town_id == cast.town.id
        for rows, of_town in ((Question, (Question.id == question_id,)), (QuestionAnswer, own)):
            moved = update(rows).where(*of_town).values(town_id=other.town_id, author_id=other.account_id)
            db.session.execute(moved)
        db.session.commit()
        second = pages(app, client, world, *more)
        assert sum(TITLE in page for page in first.values()) >= len(more) and len(first) > 20
        assert first.keys() == second.keys()
        for address, page in first.items():
            assert page == second[address], f"{address} tells who asks"


def test_no_letter_and_no_line_of_news_names_the_asker(world: World) -> None:
    cast = world.cast
    cast.town.kreis_name, cast.mayor.last_name = "Landkreis Unnennbar", "Verschwiegen"
    db.session.add_all(
        NotificationPreference(account_id=cast.stranger.id, kind=kind, mode="at_once")
        for kind in notification_kinds.DEFAULTS
    )
    db.session.commit()
    new = NewQuestion(TITLE, "Bei uns.", ("innenstadt",), question_rules.last_deadline(), is_anonymous=True)
    question_id = question_asking.ask(new, town_id=cast.town.id, account_id=cast.mayor.id)
    given = question_answers.answer(
        question_id, "Ja, wir.", town_id=cast.other_town.id, account_id=cast.stranger.id
    )
    question_answers.helped(question_id, given, town_id=cast.town.id)
    news = question_news.news([cast.other_town.id])
    for summary in ("", "Danke, wir haben viel gelernt."):
        question_asking.close(question_id, summary, town_id=cast.town.id, account_id=cast.mayor.id)
    letters = db.session.scalars(select(Letter).where(Letter.account_id == cast.stranger.id)).all()
    kinds = [letter.kind for letter in letters]
    assert kinds == ["question_asked", "answer_helped", "question_closed", "question_closed"]
    lines = db.session.scalars(select(Notification).where(Notification.account_id == cast.stranger.id)).all()
    told = [*map(_text, letters), *(f"{one.title} {one.detail} {one.path}" for one in lines), str(news)]
    for secret in ("Ellernrode", "Unnennbar", "Verschwiegen", cast.mayor.email, cast.town.ags):
        assert not any(secret in text for text in told)


def _text(letter: Letter) -> str:
    message = message_from_bytes(letter.content, policy=policy.default)
    return "\n".join(
        str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"
    )
