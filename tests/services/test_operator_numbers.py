"""The numbers of a period: counted by Land, with nothing in them that speaks of one town."""

import csv
import io
import re
import zlib
from collections import defaultdict
from datetime import datetime
from itertools import product

import pytest
from flask import Flask

from kleinstadt_net import territory
from kleinstadt_net.models import Town
from kleinstadt_net.services import operator_numbers
from kleinstadt_net.services.operator_numbers import MEASURES, Numbers, Period
from kleinstadt_net.services.small_counts import Hidden, Shown, protected
from tests import factories as make
from tests.support.statements import counted_queries

YEAR = Period("2026-01", "2026-12")
JUNE = datetime(2026, 6, 15, 12, tzinfo=territory.TIME_ZONE)
BEFORE = datetime(2025, 12, 31, 23, 59, tzinfo=territory.TIME_ZONE)


def town(land: str = "06") -> Town:
    made: Town = make.TownFactory(taking_part=True, land=land, joined_on=BEFORE.date())
    return made


def counts(numbers: Numbers, key: str) -> tuple[dict[str, Shown], Shown]:
    place = [measure.key for measure in MEASURES].index(key)
    return {row.name: row.counts[place] for row in numbers.rows}, numbers.total.counts[place]


def test_everything_of_a_period_is_counted_once_for_the_land_of_who_began(app: Flask) -> None:
    hesse, other = town(), town("09")
    third = town("09")
    practice = make.PracticeFactory(town=other, released_at=BEFORE)
    for _ in range(6):
        talk = make.ExchangeFactory(
            town=hesse,
            peer=town("09"),
            state="closed",
            requested_at=JUNE,
            accepted_at=JUNE,
            accepted_via="page",
        )
        make.OutcomeFactory(exchange=talk, question="helped", answer="yes", answered_at=JUNE)
        make.OutcomeFactory(exchange=talk, question="became", answer="made", answered_at=JUNE)
        released = make.PracticeFactory(town=other, released_at=JUNE)
        make.AdoptionFactory(practice_id=released.id, town=hesse, created_at=JUNE)
        question = make.QuestionFactory(town=hesse, asked_at=JUNE)
        make.QuestionAnswerFactory(question_id=question.id, town=other, created_at=JUNE)
        make.QuestionAnswerFactory(question_id=question.id, town=hesse, created_at=JUNE)
        make.EventFactory(town=hesse, starts_at=JUNE, ends_at=JUNE)
        make.EventFactory(town=hesse, organiser="operator", starts_at=JUNE, ends_at=JUNE)
    # Two wishes are a talk, but nobody asked; and what lies outside, or was taken back, is not counted.
    make.ExchangeFactory(
        town=hesse, peer=third, origin="wishes", state="closed", requested_at=JUNE, accepted_at=JUNE
    )
    make.ExchangeFactory(town=hesse, peer=town("09"), state="lapsed", requested_at=BEFORE)
    make.PracticeFactory(town=hesse, state="draft")
    make.EventFactory(town=hesse, state="cancelled", starts_at=JUNE, ends_at=JUNE)
    make.AdoptionFactory(practice_id=practice.id, town=third, created_at=JUNE, state="given_up")

    with counted_queries() as queries:
        numbers = operator_numbers.of_period(YEAR)
    assert len(queries) == 3
    assert counts(numbers, "requests") == ({"Hessen": 6, "Bayern": 0, "länderübergreifend": 0}, 6)
    assert counts(numbers, "accepted")[1] == 6 and counts(numbers, "talks")[1] == 7
    for key in ("helped", "adoptions", "questions"):
        assert counts(numbers, key)[0]["Hessen"] == 6, key
    for key in ("practices", "answers"):
        assert counts(numbers, key) == ({"Hessen": 0, "Bayern": 6, "länderübergreifend": 0}, 6), key
    assert counts(numbers, "events") == ({"Hessen": 6, "Bayern": 0, "länderübergreifend": 6}, 12)
    # Nine towns of Bavaria take part; who only lapsed did nothing. Hesse is one, so Bavaria's number would tell it.
    assert counts(numbers, "towns") == (
        {"Hessen": Hidden.SMALL, "Bayern": Hidden.WITHHELD, "länderübergreifend": 0},
        10,
    )
    assert counts(numbers, "active")[1] == 9


def test_a_period_is_whole_months_on_the_clock_of_germany(app: Flask) -> None:
    hesse = town()
    for _ in range(5):
        make.QuestionFactory(town=hesse, asked_at=datetime(2026, 6, 30, 23, 59, tzinfo=territory.TIME_ZONE))
    for period, found in ((Period("2026-06", "2026-06"), 5), (Period("2026-07", "2026-12"), 0)):
        assert counts(operator_numbers.of_period(period), "questions")[1] == found
    assert Period("2026-06", "2026-06").title == "Juni 2026"
    assert Period("2025-12", "2026-01").title == "Dezember 2025 bis Januar 2026"
    for first, last in (
        ("2026-07", "2026-06"),
        ("2026-13", "2026-13"),
        ("x", "2026-01"),
        ("1990-01", "2026-01"),
    ):
        with pytest.raises(ValueError):
            Period(first, last)


def test_whoever_knows_the_rule_and_the_total_cannot_work_out_a_small_number() -> None:
    """All networks of three Länder with up to 23 cases in each, against an attacker with a pencil and this code."""
    highest, parts = 24, 3
    alike = defaultdict(list)
    for given in product(range(highest), repeat=parts):
        alike[protected(given)].append(given)
    assert len(alike) > highest**2
    for (shown, total), possible in alike.items():
        assert all(not isinstance(one, int) or one == 0 or one >= 5 for one in (*shown, total))
        # Near the upper end larger numbers, left out here, would be possible as well.
        if min(max(given) for given in possible) < highest - 3 * parts:
            for place, one in enumerate(shown):
                assert one is not Hidden.SMALL or len({given[place] for given in possible}) > 1, (
                    shown,
                    total,
                )


def test_what_need_not_be_hidden_is_shown() -> None:
    assert protected([0, 7, 0]) == ((0, 7, 0), 7)
    assert protected([2, 3, 9]) == ((Hidden.SMALL, Hidden.SMALL, 9), 14)
    assert protected([3, 12, 40]) == ((Hidden.SMALL, Hidden.WITHHELD, 40), 55)
    assert protected([1, 0, 2]) == ((Hidden.WITHHELD,) * 3, Hidden.SMALL)
    assert protected([1, 7]) == ((Hidden.SMALL, Hidden.WITHHELD), Hidden.WITHHELD)


@pytest.mark.usefixtures("drawn")
def test_the_table_and_the_report_say_the_same_on_one_page(app: Flask) -> None:
    for place in [town(key) for key in territory.LAENDER]:
        for _ in range(6):
            make.QuestionFactory(town=place, asked_at=JUNE)
    make.EventFactory(organiser="operator", starts_at=JUNE, ends_at=JUNE)
    numbers = operator_numbers.of_period(YEAR)
    written = operator_numbers.as_csv(numbers)
    rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff")), delimiter=";"))
    assert written.startswith("\ufeff") and len(rows) == 19 and {len(row) for row in rows} == {12}
    assert rows[0][0] == "Januar 2026 bis Dezember 2026" and rows[-1][0] == "zusammen"
    assert rows[-1][9] == "96" and rows[1][9] == "6" and rows[-1][11] == "unter 5"
    made = operator_numbers.paper(numbers)
    # WeasyPrint puts the objects of a document, its pages among them, into compressed streams.
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    objects = b"".join(zlib.decompressobj().decompress(one) for one in streams if one.startswith(b"\x78"))
    assert made.startswith(b"%PDF-") and b"/StructTreeRoot" in objects
    assert len(re.findall(rb"/Type ?/Page\b", made + objects)) == 1
