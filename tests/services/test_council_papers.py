"""The council paper: one value, three files that programs for offices can open again."""

import re
import zlib
from io import BytesIO
from typing import Any

import docx
import odfdo
import pytest
from docx.oxml.ns import qn

from kleinstadt_net.documents import papers
from kleinstadt_net.models import Practice
from kleinstadt_net.services import council_papers
from kleinstadt_net.services.council_papers import Additions, Draft, UnknownPracticeError
from tests.factories import PracticeFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast

HEADINGS = ["Sachverhalt", "Beispiel", "Aufwand und Finanzierung", "Risiken", "Beschlussvorschlag"]
FAILED = "Ein Wettbewerb ohne Budget brachte nichts."


@pytest.fixture
def practice(cast: Cast) -> Practice:
    made: Practice = PracticeFactory(
        town=cast.other_town,
        problem="Sechs Läden standen leer.\n- **Vier** davon am Markt\n- zwei in der Langen Straße",
        staff="eine halbe Stelle",
        funding="Städtebauförderung",
        success_factors="Eine Ansprechperson, die anruft.",
        failures=FAILED,
        began_on="2023-05",
    )
    return made


def draft(practice: Practice, cast: Cast, **given: Any) -> Draft:
    return council_papers.draft(practice.id, cast.town.id, cast.town.name, Additions(**given))


def texts(made: Draft) -> str:
    return repr(made.paper)


def test_the_paper_says_what_is_known_and_leaves_the_decision_to_the_council(
    practice: Practice, cast: Cast
) -> None:
    made = draft(practice, cast, situation="Bei uns stehen drei Läden leer.", committee="Stadtrat")
    assert [section.heading for section in made.paper.sections] == HEADINGS
    said = texts(made)
    for words in (
        "Bei uns stehen drei Läden leer.", "Kosten in Lauenfurt: 5.000 bis 50.000 Euro", "eine halbe Stelle",
        "seit Mai 2023", "Eine Ansprechperson, die anruft.", "Vier davon am Markt",
    ):  # fmt: skip
        assert words in said
    assert "**" not in said and "lines=" in repr(made.paper.sections[-1].blocks)


def test_what_did_not_work_comes_along_only_where_asked_for_and_says_whom_it_is_for(
    practice: Practice, cast: Cast
) -> None:
    assert FAILED not in texts(draft(practice, cast))
    asked = texts(draft(practice, cast, with_failures=True))
    assert FAILED in asked and "nichtöffentlich" in asked


def test_both_towns_figures_stand_side_by_side_with_quality_and_source(
    practice: Practice, cast: Cast
) -> None:
    guessed = TownFactory(name="Weidenhain", taking_part=True)
    TownFigureFactory(town=guessed, quality="estimate")
    grid = next(
        block for block in draft(practice, cast).paper.sections[0].blocks if isinstance(block, papers.Grid)
    )
    assert grid.head == ("Angabe", "Ellernrode", "Lauenfurt")
    assert [row[0] for row in grid.rows] == ["Land", "Einwohner", "Fläche", "Einwohner je km²"]
    assert all("amtlich, " in cell for cell in grid.rows[1][1:])
    other = draft(PracticeFactory(town=guessed), cast)
    assert "(Schätzwert)" in texts(other) and "Erfundenes Verzeichnis" in texts(other)


def test_only_released_examples_of_towns_taking_part_become_papers(cast: Cast) -> None:
    for row in (PracticeFactory(town=cast.town, state="draft"), PracticeFactory(town=cast.suspended_town)):
        with pytest.raises(UnknownPracticeError):
            draft(row, cast)


def test_the_odt_has_headings_a_table_and_speaks_german(practice: Practice, cast: Cast) -> None:
    document = odfdo.Document(BytesIO(council_papers.file(draft(practice, cast), "odt")))
    headers = [(int(header.level), header.text) for header in document.body.headers]
    assert headers == [(1, council_papers.TITLE), *((2, heading) for heading in HEADINGS)]
    assert document.meta.language == "de-DE" and document.meta.title == council_papers.TITLE
    default = document.styles.get_element(
        "//style:default-style[@style:family='paragraph']/style:text-properties"
    )
    assert default is not None
    assert (default.get_attribute("fo:language"), default.get_attribute("fo:country")) == ("de", "DE")
    assert document.body.get_elements("//table:table-header-rows//text:p")[1].text == "Ellernrode"
    assert len(document.body.get_elements("//table:table-row")) == 5
    head = document.styles.get_element("//style:style[@style:name='Tabellenkopf']/style:text-properties")
    assert head is not None and head.get_attribute("fo:font-weight") == "bold"
    assert "Vier davon am Markt" in document.get_formatted_text()


def test_the_docx_has_headings_a_table_and_speaks_german(practice: Practice, cast: Cast) -> None:
    document = docx.Document(BytesIO(council_papers.file(draft(practice, cast), "docx")))
    styled = [(str(one.style.name) if one.style else "", one.text) for one in document.paragraphs]
    named = [(style, text) for style, text in styled if style.startswith("Heading")]
    assert named == [("Heading 1", council_papers.TITLE), *(("Heading 2", heading) for heading in HEADINGS)]
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["Angabe", "Ellernrode", "Lauenfurt"]
    properties = table.rows[0]._tr.trPr
    assert properties is not None and properties.find(qn("w:tblHeader")) is not None
    language = document.styles.element.find(f".//{qn('w:lang')}")
    assert language.get(qn("w:val")) == "de-DE" and document.core_properties.language == "de-DE"
    assert document.core_properties.comments == ""


def test_the_pdf_is_tagged_and_speaks_german(practice: Practice, cast: Cast, drawn: None) -> None:
    made = council_papers.file(draft(practice, cast), "pdf")
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    objects = b"".join(zlib.decompress(one) for one in packed if one.startswith(b"x"))
    assert made.startswith(b"%PDF-") and re.search(rb"/Lang ?\(de", objects)
    assert b"/StructTreeRoot" in objects and b"pdfuaid" in made + objects
    assert objects.count(b"/S /H2") == len(HEADINGS) and re.search(rb"/S ?/TH\b", objects)
