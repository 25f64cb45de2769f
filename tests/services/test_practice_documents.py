"""Documents of examples: who adds, releases and removes them, and who may have them."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.files import store
from kleinstadt_net.models import AuditEntry, Letter, Practice
from kleinstadt_net.services import (
    attachments,
    inheritance,
    installation,
    practice_documents,
    practice_editing,
    practice_releases,
    practices,
)
from kleinstadt_net.services.attachments import AttachmentRefused, AttachmentRow, Fault
from kleinstadt_net.services.directory_filters import VISITOR, Reader
from kleinstadt_net.services.practice_editing import UnknownPractice
from tests import factories as make
from tests.files import documents
from tests.support.cast import Cast
from tests.support.statements import counted_queries

PAPER = ("Mustervertrag.pdf", documents.pdf())


@pytest.fixture(autouse=True)
def _own_directory(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = settings.current().model_copy(update={"data_dir": tmp_path})
    monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)


@pytest.fixture
def example(cast: Cast) -> int:
    made: int = make.PracticeFactory(town_id=cast.town.id).id
    return made


def add(cast: Cast, example: int, *, by: Any = None, number: int = 1) -> bool:
    return practice_documents.add(cast.town.id, (by or cast.mayor).id, example, [PAPER] * number)


def rows(example: int) -> tuple[AttachmentRow, ...]:
    return attachments.of_practices([example], with_waiting=True).get(example, ())


def readers(cast: Cast) -> dict[str, Reader]:
    return {
        "visitor": VISITOR,
        "stranger": Reader(cast.other_town.id, verified=True),
        "own": Reader(cast.town.id, verified=True),
    }


def who_gets(cast: Cast, example: int, row: AttachmentRow) -> set[str]:
    return {
        name
        for name, reader in readers(cast).items()
        if practice_documents.file(example, row.token, reader) is not None
    }


def put_state(example: int, state: str) -> None:
    db.session.get_one(Practice, example).state = state
    db.session.commit()


def test_a_leads_document_is_there_at_once_for_whoever_reads_the_example(cast: Cast, example: int) -> None:
    assert add(cast, example)
    (row,) = rows(example)
    assert who_gets(cast, example, row) == {"visitor", "stranger", "own"}
    assert practice_documents.file(example, row.token, VISITOR) == (row, PAPER[1])
    page = practices.page(example, VISITOR)
    assert page is not None and practice_documents.shown(page) == (row,)
    assert practice_documents.file(example, "x" * 32, VISITOR) is None
    assert practice_documents.file(make.PracticeFactory().id, row.token, VISITOR) is None
    deed = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert deed is not None and (deed.action, deed.detail) == (
        "practice.document_added",
        {"practice": example},
    )
    assert db.session.scalars(select(Letter)).all() == []


def test_an_editors_document_waits_for_a_lead(cast: Cast, example: int) -> None:
    add(cast, example)
    assert not add(cast, example, by=cast.colleague)
    shown, waits = rows(example)
    assert db.session.scalars(select(Letter.kind)).all() == ["drafts_waiting"]
    assert who_gets(cast, example, waits) == {"own"}
    for reader, expected in ((VISITOR, (shown,)), (Reader(cast.town.id, verified=True), (shown, waits))):
        page = practices.page(example, reader)
        assert page is not None and practice_documents.shown(page) == expected
    town, editor = cast.town.id, cast.colleague.id
    assert not practice_documents.remove(town, editor, example, shown.attachment_id)
    assert not practice_documents.release(town, editor, example, waits.attachment_id)
    (release,) = practice_releases.waiting(town)
    assert release.documents == (shown, waits) and not release.practice.waits
    assert practice_documents.release(town, cast.mayor.id, example, waits.attachment_id)
    assert not practice_documents.release(town, cast.mayor.id, example, waits.attachment_id)
    assert who_gets(cast, example, waits) == {"visitor", "stranger", "own"}
    assert practice_releases.waiting(town) == []


def test_where_a_town_does_without_release_an_editors_document_is_there_at_once(
    cast: Cast, example: int
) -> None:
    cast.town.needs_release = False
    db.session.commit()
    assert add(cast, example, by=cast.colleague)
    (row,) = rows(example)
    assert row.is_released
    assert practice_documents.remove(cast.town.id, cast.colleague.id, example, row.attachment_id)


def test_what_waits_may_be_removed_by_any_colleague_and_what_is_shown_by_a_lead(
    cast: Cast, example: int
) -> None:
    add(cast, example)
    add(cast, example, by=cast.colleague)
    shown, waits = rows(example)
    assert practice_documents.remove(cast.town.id, cast.colleague.id, example, waits.attachment_id)
    assert practice_documents.remove(cast.town.id, cast.mayor.id, example, shown.attachment_id)
    assert not practice_documents.remove(cast.town.id, cast.mayor.id, example, shown.attachment_id)
    assert rows(example) == () and list(store.names(attachments.FOLDER)) == []


def test_a_draft_and_the_archive_keep_their_documents_for_the_own_town(cast: Cast, example: int) -> None:
    add(cast, example)
    (row,) = rows(example)
    one = practice_editing.find(cast.town.id, example)
    practice_editing.archive(cast.town.id, cast.mayor.id, example, one.version)
    assert who_gets(cast, example, row) == {"own"}
    with pytest.raises(UnknownPractice):
        add(cast, example)
    one = practice_editing.find(cast.town.id, example)
    practice_editing.restore(cast.town.id, cast.mayor.id, example, one.version)
    assert who_gets(cast, example, row) == {"visitor", "stranger", "own"}
    put_state(example, "draft")
    assert who_gets(cast, example, row) == {"own"}
    # Nobody reads a draft: what lies there may be taken away by whoever may delete the draft itself.
    assert practice_documents.remove(cast.town.id, cast.colleague.id, example, row.attachment_id)


def test_with_a_draft_a_lead_releases_the_documents_she_has_seen_and_no_others(cast: Cast) -> None:
    example = make.PracticeFactory(
        town_id=cast.town.id, state="draft", changed_by_id=cast.colleague.id, submitted_at=clock.now()
    ).id
    add(cast, example, by=cast.colleague)
    (release,) = practice_releases.waiting(cast.town.id)
    (seen,) = release.documents
    add(cast, example, by=cast.colleague)
    elsewhere = make.AttachmentFactory(practice_id=make.PracticeFactory().id, released_at=None)
    practice_releases.release(
        cast.town.id, cast.mayor.id, example, release.practice.version, [seen.attachment_id, elsewhere.id]
    )
    db.session.refresh(elsewhere)
    assert [row.is_released for row in rows(example)] == [True, False] and elsewhere.released_at is None
    # The second is on the list now by itself.
    (release,) = practice_releases.waiting(cast.town.id)
    assert not release.practice.waits


def test_a_document_added_to_a_draft_nobody_has_submitted_tells_no_lead(cast: Cast, example: int) -> None:
    put_state(example, "draft")
    add(cast, example, by=cast.colleague)
    assert db.session.scalars(select(Letter)).all() == [] and practice_releases.waiting(cast.town.id) == []


def test_an_example_has_five_documents_at_most_and_takes_all_of_an_upload_or_none(
    cast: Cast, example: int
) -> None:
    add(cast, example, number=4)
    with pytest.raises(AttachmentRefused) as refused:
        add(cast, example, number=2)
    assert refused.value.fault is Fault.TOO_MANY
    with pytest.raises(AttachmentRefused):
        practice_documents.add(cast.town.id, cast.mayor.id, example, [PAPER, ("a.html", documents.HTML)])
    assert len(rows(example)) == 4 == len(list(store.names(attachments.FOLDER)))
    add(cast, example)
    assert len(rows(example)) == 5


def test_another_town_neither_adds_nor_releases_nor_removes(cast: Cast, example: int) -> None:
    add(cast, example, by=cast.colleague)
    (row,) = rows(example)
    stranger = (cast.other_town.id, cast.stranger.id, example)
    with pytest.raises(UnknownPractice):
        practice_documents.add(*stranger, [PAPER])
    for deed in (practice_documents.release, practice_documents.remove):
        with pytest.raises(UnknownPractice):
            deed(*stranger, row.attachment_id)
    other = make.PracticeFactory(town_id=cast.town.id).id
    assert not practice_documents.remove(cast.town.id, cast.mayor.id, other, row.attachment_id)
    assert rows(example) == (row,)


def test_nothing_of_a_suspended_or_departed_town_is_handed_over(cast: Cast, example: int) -> None:
    add(cast, example)
    (row,) = rows(example)
    cast.town.suspended_at = clock.now()
    installation.touch_town(cast.town.id)
    db.session.commit()
    assert who_gets(cast, example, row) & {"visitor", "stranger"} == set()


def test_a_page_asks_once_however_many_documents_there_are(cast: Cast) -> None:
    examples = [make.PracticeFactory(town_id=cast.town.id).id for _ in range(3)]
    counts = []
    for number in (1, 3):
        for example in examples:
            add(cast, example, number=number)
        own = practice_editing.own(cast.town.id)
        with counted_queries() as queries:
            assert len(practice_documents.of_own(own)) == 3
        counts.append(len(queries))
    assert counts == [1, 1]


def test_documents_go_on_with_the_successor_of_a_town(cast: Cast, example: int) -> None:
    add(cast, example)
    (row,) = rows(example)
    inheritance.inherit(cast.town, cast.other_town, leads=False)
    db.session.commit()
    found = practice_documents.file(example, row.token, Reader(cast.other_town.id, verified=True))
    assert found is not None and found[1] == PAPER[1]
