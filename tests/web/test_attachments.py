"""The field for documents, and documents handed over as files."""

import io

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import FileStorage, MultiDict

from kleinstadt_net import formats
from kleinstadt_net.services.attachments import (
    MAX_BYTES,
    MEDIA_TYPES,
    AttachmentRefused,
    AttachmentRow,
    Fault,
)
from kleinstadt_net.vocabulary import ATTACHMENT_KINDS
from kleinstadt_net.web.attachment_fields import FAULTS, attachments_field
from kleinstadt_net.web.downloads import download
from kleinstadt_net.web.forms import BaseForm


class Sample(BaseForm):
    documents = attachments_field("Dokumente")


def filled(*files: tuple[str, bytes]) -> Sample:
    sent = [("documents", FileStorage(io.BytesIO(data), name)) for name, data in files]
    return Sample(formdata=MultiDict(sent))


def row(name: str, kind: str = "pdf") -> AttachmentRow:
    return AttachmentRow(1, "t" * 32, name, kind, 3, True)


def test_the_field_hands_over_names_and_bytes_and_no_more_than_one_needs(app: Flask) -> None:
    with app.test_request_context(method="POST"):
        assert filled(("a.pdf", b"A"), ("b.pdf", b"")).documents.uploads() == (
            ("a.pdf", b"A"),
            ("b.pdf", b""),
        )
        # Nothing was chosen.
        assert filled(("", b"")).documents.uploads() == filled().documents.uploads() == ()
        ((_, heavy),) = filled(("a.pdf", b"x" * (MAX_BYTES + 9))).documents.uploads()
        assert len(heavy) == MAX_BYTES + 1
        assert len(filled(*[("a.pdf", b"A")] * 30).documents.uploads()) == 6


@pytest.mark.parametrize("fault", Fault)
def test_every_reason_has_its_sentence_beside_the_field(app: Flask, fault: Fault) -> None:
    with app.test_request_context(method="POST"):
        form = filled()
        form.documents.refuse(AttachmentRefused(fault, "<b>Plan</b>.pdf"))
        macro = '{% from "components/forms.html" import errors, text with context %}'
        page = render_template_string(macro + "{{ errors(form) }}{{ text(form.documents) }}", form=form)
    said = FAULTS[fault].format(name="&lt;b&gt;Plan&lt;/b&gt;.pdf")
    assert page.count(said) == 2 and "<b>" not in page
    assert 'type="file"' in page and "multiple" in page and "jede höchstens 10 MB" in page


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Plan.pdf", "attachment; filename=plan.pdf; filename*=UTF-8''Plan.pdf"),
        (
            "Straße „Süd“ 1.pdf",
            "attachment; filename=strasse-sued-1.pdf; "
            "filename*=UTF-8''Stra%C3%9Fe%20%E2%80%9ES%C3%BCd%E2%80%9C%201.pdf",
        ),
        ("Ж; x=y.pdf", "attachment; filename=x-y.pdf; filename*=UTF-8''%D0%96%3B%20x%3Dy.pdf"),
        ("Ж.pdf", "attachment; filename=dokument.pdf; filename*=UTF-8''%D0%96.pdf"),
    ],
)
def test_a_document_is_saved_under_its_name_and_never_shown(app: Flask, name: str, header: str) -> None:
    with app.test_request_context():
        response = download(row(name), b"%PD")
    assert response.headers["Content-Disposition"] == header
    assert response.headers["Cache-Control"] == "private, no-store" and response.data == b"%PD"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 kB"),
        (655_360, "640 kB"),
        (1_048_000, "1.023 kB"),
        (1_048_576, "1,0 MB"),
        (10_485_760, "10,0 MB"),
    ],
)
def test_its_size_is_told_as_a_folder_shows_it(size: int, words: str) -> None:
    assert formats.file_size(size) == words.replace(" ", "\u00a0")


def test_every_kind_has_its_word() -> None:
    assert ATTACHMENT_KINDS.keys() == MEDIA_TYPES.keys()


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_it_has_the_media_type_of_its_content(app: Flask, kind: str) -> None:
    with app.test_request_context():
        assert download(row(f"a.{kind}", kind), b"x").headers["Content-Type"] == MEDIA_TYPES[kind]
