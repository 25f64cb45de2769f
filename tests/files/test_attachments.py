"""What becomes of a file that is to go with a message or an example."""

import io
import tracemalloc
import zipfile
from types import SimpleNamespace

import puremagic
import pytest
from PIL import Image

from kleinstadt_net.files import attachments, file_names
from kleinstadt_net.files.attachments import MAX_BYTES, AttachmentRefused, Fault, check
from tests.files import documents, samples

GOOD = {
    "pdf": documents.pdf(),
    "docx": documents.text(),
    "xlsx": documents.table(),
    "pptx": documents.slides(),
    "odt": documents.open_document("text"),
    "ods": documents.open_document("spreadsheet"),
    "odp": documents.open_document("presentation"),
    "jpeg": samples.picture(60, 40),
    "png": samples.picture(60, 40, kind="PNG"),
    "webp": samples.picture(60, 40, kind="WEBP"),
}

PICTURES = ("jpeg", "png", "webp")


def refused(name: str, data: bytes) -> Fault:
    with pytest.raises(AttachmentRefused) as caught:
        check(name, data)
    return caught.value.fault


@pytest.mark.parametrize("kind", GOOD)
def test_the_content_says_what_a_file_is(kind: str) -> None:
    checked = check(f"Anlage.{kind}", GOOD[kind])
    assert checked.kind == kind and checked.name == f"Anlage.{'jpg' if kind == 'jpeg' else kind}"
    assert check("Anlage", GOOD[kind]).name == checked.name
    # Documents are passed on byte for byte.
    assert kind in PICTURES or checked.data == GOOD[kind]


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("ending", ["pdf", "docx", "odp", "png", "exe", "html", "svg"])
def test_an_ending_that_does_not_fit_is_refused(kind: str, ending: str) -> None:
    if kind != ending:
        assert refused(f"Anlage.{ending}", GOOD[kind]) is Fault.NOT_WHAT_IT_SAYS


@pytest.mark.parametrize("kind", GOOD)
def test_what_was_cut_off_is_refused(kind: str) -> None:
    data = GOOD[kind]
    # A picture that lacks its last bytes alone can still be drawn anew.
    for length in (len(data) // 2, *(() if kind in PICTURES else (len(data) - 20,))):
        assert refused(f"Anlage.{kind}", data[:length]) is Fault.BROKEN


def test_newer_versions_of_the_library_answer_with_nothing_instead_of_raising(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(puremagic, "magic_string", lambda data: [])
    assert refused("Notiz.md", b"# Notiz") is Fault.UNKNOWN
    found = [SimpleNamespace(extension=".pdf"), SimpleNamespace(extension=".fdf")]
    monkeypatch.setattr(puremagic, "magic_string", lambda data: found)
    assert check("a.pdf", documents.pdf()).kind == "pdf"


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("leer.pdf", b"", Fault.EMPTY),
        ("schwer.pdf", b"%PDF-1.7" + b"\0" * MAX_BYTES, Fault.TOO_HEAVY),
        ("seite.pdf", documents.HTML, Fault.NOT_WHAT_IT_SAYS),
        ("seite.html", documents.HTML, Fault.UNKNOWN),
        ("wappen.svg", samples.SVG, Fault.UNKNOWN),
        ("wappen.png", samples.SVG, Fault.NOT_WHAT_IT_SAYS),
        ("programm.exe", documents.PROGRAM, Fault.UNKNOWN),
        ("programm.pdf", documents.PROGRAM, Fault.NOT_WHAT_IT_SAYS),
        ("notiz.txt", b"Notiz", Fault.UNKNOWN),
        ("bild.gif", samples.GIF_WITH_SCRIPT, Fault.UNKNOWN),
        ("bild.jpg", samples.GIF_WITH_SCRIPT, Fault.NOT_WHAT_IT_SAYS),
        ("archiv.zip", documents.archive({"a.txt": "a"}), Fault.UNKNOWN),
        ("brief.docx", documents.LOCKED_DOCUMENT, Fault.ACTIVE),
        ("bild.png", samples.huge_on_paper(), Fault.BOMB),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_none_of_the_kinds_is_refused(name: str, data: bytes, fault: Fault) -> None:
    assert refused(name, data) is fault


# Further than anybody looks for the beginning of a page.
ROOM = b"%" + b" " * 2_000 + b"\n"
PDF_BEFORE_ARCHIVE = documents.pdf(after=documents.archive({"a.class": "x"}))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (documents.pdf(before=b"\n"), Fault.NOT_WHAT_IT_SAYS),
        (documents.pdf(before=documents.HTML), Fault.NOT_WHAT_IT_SAYS),
        (documents.pdf().replace(b"\n%\xe2", b"\n%<script>alert(1)</script>\xe2"), Fault.NOT_WHAT_IT_SAYS),
        (documents.pdf(ROOM, after=documents.HTML), Fault.BROKEN),
        (PDF_BEFORE_ARCHIVE, Fault.NOT_WHAT_IT_SAYS),
        # The archive's comment may end like a PDF.
        (PDF_BEFORE_ARCHIVE[:-2] + b"\x06\0%%EOF\n", Fault.NOT_WHAT_IT_SAYS),
        (documents.archive({"a": "a"}) + documents.pdf(), Fault.NOT_WHAT_IT_SAYS),
        (samples.GIF_WITH_SCRIPT + documents.pdf(), Fault.NOT_WHAT_IT_SAYS),
    ],
)
def test_a_file_that_is_a_pdf_and_something_else_is_refused(data: bytes, fault: Fault) -> None:
    found = refused("Anlage.pdf", data)
    assert found is fault or (found is Fault.BROKEN and data.startswith(b"PK"))


@pytest.mark.parametrize(
    "objects",
    [
        b"4 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n",
        b"4 0 obj\n<< /S /J#61vaScr#69pt /JS (x) >>\nendobj\n",
        b"4 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n",
        b"4 0 obj\n<< /Type /Filespec /EF << /F 5 0 R >> >>\nendobj\n",
        b"4 0 obj\n<< /XFA [ (x) 5 0 R ] >>\nendobj\n",
        b"trailer << /Encrypt 7 0 R >>\n",
        documents.pdf_list(b"4 0 << /S /JavaScript /JS (app.alert(1)) >>"),
        documents.pdf_list(b"4 0 << /S /J#61vaScript >>", b"/Type /Obj#53tm /Filter /Flat#65Decode"),
        documents.pdf_list(b"4 0 " + b" " * 600_000 + b"<< /S /JavaScript >>"),
        documents.pdf_list(b"x", b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]"),
    ],
)
def test_a_pdf_in_which_something_runs_hides_or_is_locked_is_refused(objects: bytes) -> None:
    assert refused("Anlage.pdf", documents.pdf(objects)) is Fault.ACTIVE


def test_an_ordinary_list_of_objects_is_no_reason_to_refuse() -> None:
    objects = documents.pdf_list(b"4 0 << /Type /Font >>") + documents.pdf_list(b"pixels", b"/Subtype /Image")
    assert check("Anlage.pdf", documents.pdf(objects)).kind == "pdf"


def test_a_list_that_unfolds_without_end_or_ends_too_early_is_refused() -> None:
    bomb = documents.pdf_list(b" " * 70_000_000)
    assert refused("Anlage.pdf", documents.pdf(bomb)) is Fault.BOMB
    short = documents.pdf_list(b"4 0 << >>").replace(b"\nendstream", b"")[:-20]
    assert refused("Anlage.pdf", documents.pdf(short)) is Fault.BROKEN


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("brief.docx", documents.text_with_macros()),
        ("brief.docx", documents.text_with({"word/vbaProject.bin": b"x"})),
        ("brief.docx", documents.text_with({"word/activeX/activeX1.xml": "<x/>"})),
        ("brief.docx", documents.text_with({"word/embeddings/oleObject1.bin": documents.LOCKED_DOCUMENT})),
        ("brief.docx", documents.text_with({"word/media/image1.png": documents.PROGRAM})),
        ("brief.docx", documents.text_with({"word/embeddings/a.zip": documents.archive({"a": "a"})})),
        (
            "brief.docx",
            documents.text_with(
                {
                    "word/_rels/settings.xml.rels": '<Relationships><Relationship Id="a" TargetMode="&#69;xternal" '
                    "Type='http://schemas.example/attachedTemplate' Target='https://boese.example/a.dotm'/></Relationships>"
                }
            ),
        ),
        ("brief.odt", documents.open_document_with({"Basic/Standard/Modul.xml": "<x/>"})),
        (
            "brief.odt",
            documents.open_document_with(
                {"content.xml": '<a href="vnd.sun.star.script:x.py$y?location=user"/>'}
            ),
        ),
        (
            "brief.odt",
            documents.open_document_with(
                {"META-INF/manifest.xml": '<m xmlns:m="x"><m:encryption-data/></m>'}
            ),
        ),
    ],
)
def test_an_office_document_that_brings_a_program_along_or_is_locked_is_refused(
    name: str, data: bytes
) -> None:
    assert refused(name, data) is Fault.ACTIVE


def test_a_table_inside_a_text_is_looked_through_as_well() -> None:
    inside = {"word/embeddings/Tabelle.xlsx": documents.table()}
    assert check("brief.docx", documents.text_with(inside)).kind == "docx"
    hidden = {"word/embeddings/Tabelle.xlsx": documents.text_with_macros()}
    assert refused("brief.docx", documents.text_with(hidden)) is Fault.ACTIVE
    nested = documents.text()
    for _ in range(4):
        nested = documents.text_with({"word/embeddings/a.docx": nested})
    assert refused("brief.docx", nested) is Fault.BOMB


def test_bombs_are_refused_and_never_unpacked_into_memory() -> None:
    flat = documents.unfolding(90)
    many = documents.text_with({f"word/media/{number}.bmp": b"\0" * 1_000_000 for number in range(120)})
    nested = documents.text_with({"word/embeddings/a.docx": documents.unfolding(90)})
    crowd = documents.text_with({f"word/media/{number}.xml": "" for number in range(2_100)})
    links = documents.text_with(
        {f"word/_rels/{n}.rels": b"<r>" + b"<a/>" * 240_000 + b"</r>" for n in range(20)}
    )
    lines = documents.text_with({"word/x.xml": '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'})
    declared = documents.text_with(
        {"[Content_Types].xml": '<!DOCTYPE a [<!ENTITY b "bbbb">]><Types>&b;</Types>'}
    )
    tracemalloc.start()
    for data in (flat, many, nested, crowd, links, lines, declared):
        assert refused("brief.docx", data) is Fault.BOMB
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 1024 * 1024


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "C:/x",
        "..\\x",
        "word/../../x",
        "word//x",
        "WORD/DOCUMENT.XML",
        "a" * 300,
    ],
)
def test_parts_with_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert refused("brief.docx", documents.text_with({name: "x"})) is Fault.BROKEN


def test_an_archive_with_anything_before_after_or_between_its_parts_is_refused() -> None:
    good = documents.text()
    start = good.rindex(b"PK\1\2", 0, good.rindex(b"PK\5\6"))
    assert start > 0
    commented = io.BytesIO(good)
    with zipfile.ZipFile(commented, "a") as opened:
        opened.comment = b"%PDF-1.7"
    for data in (good + b"x", commented.getvalue(), good + documents.pdf(), documents.overlapping()):
        assert refused("brief.docx", data) is Fault.BROKEN
    assert refused("brief.docx", b"MZ" + good) is Fault.NOT_WHAT_IT_SAYS


def test_a_part_that_is_not_what_the_table_says_is_refused() -> None:
    stored = bytearray(documents.archive(documents.parts_of(documents.text()), stored=True))
    stored[stored.index(b"Satzung")] ^= 1
    assert refused("brief.docx", bytes(stored)) is Fault.BROKEN
    linked = io.BytesIO(documents.text())
    with zipfile.ZipFile(linked, "a") as opened:
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        opened.writestr(link, "/etc/passwd")
    assert refused("brief.docx", linked.getvalue()) is Fault.BROKEN


def test_a_document_of_both_families_is_none() -> None:
    both = documents.open_document_with({"[Content_Types].xml": "<Types/>"})
    assert refused("brief.odt", both) is Fault.NOT_WHAT_IT_SAYS


def test_pictures_are_drawn_anew_upright_and_in_their_own_format() -> None:
    drawn = check("foto.jpg", samples.with_place())
    assert b"Brandt" not in drawn.data and Image.open(io.BytesIO(drawn.data)).size == (900, 1200)
    seen = Image.open(io.BytesIO(check("wappen.png", samples.picture(50, 50, kind="PNG", mode="RGBA")).data))
    assert seen.format == "PNG" and seen.mode == "RGBA" and seen.getpixel((45, 5)) == (255, 255, 255, 0)
    large = Image.open(io.BytesIO(check("plan.webp", samples.picture(5000, 100, kind="WEBP")).data))
    assert large.format == "WEBP" and large.size == (4000, 80)
    # Whatever hung on behind the picture is gone.
    assert check("bild.png", samples.picture(9, 9, kind="PNG") + documents.archive({"a": "a"})).data.endswith(
        b"IEND\xaeB`\x82"
    )


@pytest.mark.parametrize(
    ("sent", "saved"),
    [
        ("Haushalt 2026.pdf", "Haushalt 2026.pdf"),
        ("HAUSHALT.PDF", "HAUSHALT.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Benutzer\\x", "x.pdf"),
        ("\\\\server\\freigabe\\plan.pdf", "plan.pdf"),
        ("plan\0.exe\0.pdf", "plan.exe.pdf"),
        ("rechnung\u202efdp.pdf", "rechnungfdp.pdf"),
        ("a\u200b\u2066b\u0007.pdf", "ab.pdf"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("...", "Dokument.pdf"),
        ("", "Dokument.pdf"),
        ("  viel \t Raum  .pdf", "viel Raum.pdf"),
        ("zeile\r\nzwei.pdf", "zeile zwei.pdf"),
        ('a<b>"c|d?*.pdf', "a_b__c_d__.pdf"),
        ("con.pdf", "_con.pdf"),
        ("COM1.alt.pdf", "_COM1.alt.pdf"),
        ("Entwurf vom 3.12", "Entwurf vom 3.12.pdf"),
        ("Straße über Fluß.pdf", "Straße über Fluß.pdf"),
        ("U\u0308bersicht.pdf", "Übersicht.pdf"),
        ("\ud800x.pdf", "x.pdf"),
    ],
)
def test_a_name_is_cleaned_of_paths_and_whatever_one_cannot_see(sent: str, saved: str) -> None:
    assert file_names.cleaned(sent, ("pdf",)) == saved


@pytest.mark.parametrize("char", ["a", "ä", "\U0001f600", "."])
def test_a_name_is_never_too_long_for_its_column_or_a_disk(char: str) -> None:
    name = file_names.cleaned(char * 500 + ".pdf", ("pdf",))
    assert len(name) <= file_names.MAX_LENGTH and len(name.encode()) < 255 and name.endswith(".pdf")
    with pytest.raises(AttachmentRefused) as caught:
        attachments.check(char * 500 + ".exe", documents.HTML)
    assert 0 < len(caught.value.name) <= file_names.MAX_LENGTH
