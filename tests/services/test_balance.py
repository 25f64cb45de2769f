"""What a town has given and received, told to itself alone."""

from typing import Any

from flask.testing import FlaskClient

from kleinstadt_net.services import balance
from kleinstadt_net.services.balance import Balance
from tests.factories import (
    AdoptionFactory,
    ExchangeFactory,
    OutcomeFactory,
    PracticeFactory,
    QuestionAnswerFactory,
    QuestionFactory,
)
from tests.support.cast import Cast
from tests.support.statements import counted_queries


def test_both_sides_of_everything_are_counted_in_one_query(cast: Cast) -> None:
    own, other = cast.town, cast.other_town
    assert balance.of_town(own.id).is_empty
    helped = ExchangeFactory(town=other, peer=own, state="talking")
    ExchangeFactory(town=own, state="closed", accepted_at=helped.accepted_at)
    ExchangeFactory(town=own, state="closed", origin="wishes", accepted_at=helped.accepted_at)
    ExchangeFactory(town=own)
    OutcomeFactory(exchange=helped, question="helped", answer="yes")
    OutcomeFactory(exchange=helped, town_id=own.id, question="helped", answer="yes")
    ours, theirs = PracticeFactory(town_id=own.id), PracticeFactory(town_id=other.id)
    PracticeFactory(town_id=own.id, state="draft")
    AdoptionFactory(practice_id=ours.id, town_id=other.id)
    AdoptionFactory(practice_id=theirs.id, town_id=own.id)
    AdoptionFactory(town_id=own.id, state="given_up")
    QuestionAnswerFactory(town_id=own.id)
    QuestionAnswerFactory(question_id=QuestionFactory(town_id=own.id).id)
    own_id = own.id
    with counted_queries() as queries:
        assert balance.of_town(own_id) == Balance(
            talks_given=2,
            answers_given=1,
            examples=1,
            repeated_by=1,
            helped=1,
            talks_received=2,
            answers_received=1,
            adopted=1,
        )
    assert len(queries) == 1
    assert balance.of_town(other.id).helped == 1


def test_unsere_stadt_tells_it(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    ExchangeFactory(town=cast.other_town, peer=cast.town, state="talking")
    sign_in(client, cast.mayor)
    page = client.get("/unsere-stadt").text
    assert "Gespräche, um die andere Städte gebeten haben: <strong>1</strong>" in page
    assert "noch nichts" in page
    sign_in(client, cast.stranger)
    assert "Gegeben und bekommen" not in client.get(f"/stadt/{cast.town.slug}-{cast.town.ags}").text
