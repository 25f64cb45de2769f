"""Documents from the upload to the row, back to the reader, and away again."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.files import store
from kleinstadt_net.jobs import clear_away
from kleinstadt_net.models import Attachment, Message, Practice
from kleinstadt_net.services import attachments, council_papers, erasure
from kleinstadt_net.services.attachments import AttachmentRefused, Fault
from tests import factories as make
from tests.files import documents, samples
from tests.support import clamd
from tests.support.cast import Cast
from tests.support.statements import counted_queries

PAPER = ("Satzung.pdf", documents.pdf())
PHOTO = ("Freibad.jpg", samples.picture(40, 30))


@pytest.fixture(autouse=True)
def _own_directory(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = settings.current().model_copy(update={"data_dir": tmp_path})
    monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)


def files() -> set[str]:
    return {name for name, _ in store.names(attachments.FOLDER)}


def practice(cast: Cast) -> int:
    made: int = make.PracticeFactory(town_id=cast.town.id).id
    return made


def message(cast: Cast) -> int:
    exchange = make.ExchangeFactory(town_id=cast.town.id, peer_id=cast.other_town.id)
    written = Message(
        exchange_id=exchange.id,
        town_id=cast.town.id,
        account_id=cast.mayor.id,
        text="Guten Tag",
        written_at=clock.now(),
    )
    db.session.add(written)
    db.session.commit()
    return written.id


def add(cast: Cast, *uploads: attachments.Upload, released: bool = True, **owner: int) -> None:
    checked = attachments.check_all(uploads)
    attachments.store(checked, account_id=cast.mayor.id, released=released, **owner)
    db.session.commit()


def test_documents_are_found_by_what_they_belong_to_in_one_query_each(cast: Cast) -> None:
    examples, letters = [practice(cast) for _ in range(3)], [message(cast) for _ in range(2)]
    for one in examples[:2]:
        add(cast, PAPER, PHOTO, practice_id=one)
    add(cast, PHOTO, message_id=letters[0])
    with counted_queries() as queries:
        by_practice = attachments.of_practices(examples, with_waiting=False)
    assert len(queries) == 1
    assert {one: [row.name for row in rows] for one, rows in by_practice.items()} == {
        one: ["Satzung.pdf", "Freibad.jpg"] for one in examples[:2]
    }
    with counted_queries() as queries:
        (row,) = attachments.of_messages(letters)[letters[0]]
    assert len(queries) == 1
    assert (row.name, row.kind, row.is_released) == ("Freibad.jpg", "jpeg", True)
    data = attachments.read(row.token)
    assert data is not None and len(data) == row.size
    with counted_queries() as queries:
        assert attachments.of_messages([]) == attachments.of_practices([], with_waiting=True) == {}
    assert queries == []


def test_what_waits_for_a_lead_is_found_only_where_it_is_asked_for(cast: Cast) -> None:
    example = practice(cast)
    add(cast, PAPER, released=False, practice_id=example)
    assert attachments.of_practices([example], with_waiting=False) == {}
    (row,) = attachments.of_practices([example], with_waiting=True)[example]
    assert not row.is_released


def test_none_is_taken_where_one_is_refused_or_they_are_too_many(cast: Cast) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        attachments.check_all([PAPER, ("Seite\u202e.pdf", documents.HTML)])
    assert (refused.value.fault, refused.value.name) == (Fault.NOT_WHAT_IT_SAYS, "Seite.pdf")
    for uploads, already in ([PAPER] * 6, 0), ([PAPER] * 2, 4):
        with pytest.raises(AttachmentRefused) as refused:
            attachments.check_all(uploads, already=already)
        assert refused.value.fault is Fault.TOO_MANY
    assert len(attachments.check_all([PAPER] * 5)) == 5 and files() == set()


def test_the_scanner_is_asked_about_every_file_before_any_is_stored(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clamd.scanner() as running:
        bound = settings.current().model_copy(update={"clamd_address": running.address})
        monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)
        infected = ("Anlage.pdf", documents.pdf(b"%" + clamd.EICAR + b"\n"))
        with pytest.raises(AttachmentRefused) as refused:
            attachments.check_all([PAPER, infected])
        assert (refused.value.fault, refused.value.name) == (Fault.INFECTED, "Anlage.pdf")
        assert running.received == [PAPER[1], infected[1]]
        running.answer = clamd.TOO_LARGE
        with pytest.raises(AttachmentRefused) as refused:
            attachments.check_all([PAPER])
        assert refused.value.fault is Fault.UNCHECKED


def test_a_document_is_taken_out_with_its_file(cast: Cast) -> None:
    example = practice(cast)
    add(cast, PAPER, PHOTO, practice_id=example)
    paper, photo = attachments.of_practices([example], with_waiting=True)[example]
    tokens = attachments.take_out([paper.attachment_id])
    # Rolled back, the document is still there, and so is its file.
    db.session.rollback()
    assert tokens == (paper.token,) and attachments.read(paper.token) == PAPER[1]
    attachments.take_out([paper.attachment_id])
    db.session.commit()
    attachments.delete_files(tokens)
    assert files() == {photo.token} and attachments.read(paper.token) is None
    assert attachments.of_practices([example], with_waiting=True) == {example: (photo,)}


def test_files_whose_message_or_example_is_gone_are_swept_away(cast: Cast) -> None:
    example, letter = practice(cast), message(cast)
    add(cast, PAPER, practice_id=example)
    add(cast, PHOTO, message_id=letter)
    (kept,) = attachments.of_messages([letter])[letter]
    # What a rolled-back transaction leaves behind, and what goes with its example.
    attachments.store(
        attachments.check_all([PAPER]), practice_id=example, account_id=cast.mayor.id, released=True
    )
    db.session.rollback()
    db.session.execute(delete(Practice).where(Practice.id == example))
    db.session.commit()
    assert db.session.scalars(select(Attachment.token)).all() == [kept.token] and len(files()) == 3
    assert attachments.sweep(clock.now()) == 0
    assert attachments.sweep(clock.now() + timedelta(days=2)) == 2 and files() == {kept.token}


def test_the_job_that_clears_away_sweeps_documents_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(attachments.FOLDER, "niemandes", b"x")
    monkeypatch.setattr(attachments, "ORPHANED_AFTER", timedelta(days=-1))
    work = clear_away(lambda: False)
    assert work is not None and work.detail.endswith("; 1 files") and files() == set()


def test_a_document_stays_with_its_town_when_the_person_goes(cast: Cast) -> None:
    example = practice(cast)
    add(cast, PAPER, practice_id=example)
    assert erasure.erase(cast.mayor.id, erasure.BY_HERSELF)
    row = db.session.scalars(select(Attachment)).one()
    assert row.uploaded_by_id is None and attachments.read(row.token) == PAPER[1]


@pytest.mark.parametrize("kind", [council_papers.PDF, council_papers.ODT, council_papers.DOCX])
def test_papers_our_own_service_makes_are_taken(kind: str, cast: Cast, drawn: None) -> None:
    additions = council_papers.Additions()
    draft = council_papers.draft(practice(cast), cast.other_town.id, cast.other_town.name, additions)
    (checked,) = attachments.check_all([(f"Vorlage.{kind}", council_papers.file(draft, kind))])
    assert checked.kind == kind
