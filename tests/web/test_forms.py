"""The base form: German messages, clean text, and markup that ties everything together."""

from html.parser import HTMLParser

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from kleinstadt_net.web.forms import BaseForm


class Sample(BaseForm):
    name = StringField("Name", [DataRequired(), Length(max=20)])
    sentence = TextAreaField("Ein Satz dazu", [Optional(), Length(max=30)], description="Ein Satz genügt")
    secret = PasswordField("Passwort", [Optional()])
    land = SelectField("Land", choices=[SelectChoice("03", "Niedersachsen"), SelectChoice("09", "Bayern")])
    state = RadioField(
        "Angabe", choices=[SelectChoice("a", "Ja"), SelectChoice("b", "Nein")], validators=[DataRequired()]
    )
    consent = BooleanField("Ich möchte den Brief", [Optional()])


PAGE = """
{% from "components/forms.html" import errors, text, textarea, select, radios, checkbox, submit %}
<form method="post">{{ errors(form) }}{{ form.hidden_tag() }}{{ text(form.name, hint="Wie im Verzeichnis") }}
{{ textarea(form.sentence, rows=3) }}{{ text(form.secret, autocomplete="current-password") }}{{ select(form.land) }}
{{ radios(form.state) }}{{ checkbox(form.consent) }}{{ submit("Speichern") }}</form>
"""


def filled(**values: str) -> Sample:
    form = Sample(formdata=MultiDict({"name": "Ellernrode", "land": "03", "state": "a", **values}))
    form.validate()
    return form


def messages(form: Sample, name: str) -> str:
    return " ".join(str(error) for error in form[name].errors)


@pytest.fixture(autouse=True)
def _request(app: Flask) -> object:
    app.config["WTF_CSRF_ENABLED"] = False
    context = app.test_request_context("/")
    context.push()
    yield
    context.pop()


def test_messages_are_german() -> None:
    assert messages(filled(name=""), "name") == "Dieses Feld wird benötigt."


def test_a_text_too_long_says_how_long_it_may_be() -> None:
    message = messages(filled(sentence="a" * 31), "sentence")
    assert "30 Zeichen" in message
    assert "cannot" not in message


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ellernrode\t", "Ellernrode"),
        ("Mu\u0308nchen", "München"),
        ("Ellern\u00adrode\u200b", "Ellernrode"),
        ("\ufeffEllernrode\u00a0", "Ellernrode"),
        ("Ćisk nad Łužu", "Ćisk nad Łužu"),
    ],
)
def test_text_is_trimmed_and_freed_of_what_nobody_typed(typed: str, kept: str) -> None:
    form = filled(name=typed)
    assert form.name.data == kept
    assert not form.name.errors


@pytest.mark.parametrize("typed", ["a\x00b", "a\x1bb", "a\x7fb", "a\nb", "a\x85b", "a\tb"])
def test_control_characters_are_refused_with_a_sentence(typed: str) -> None:
    assert "tippen" in messages(filled(name=typed), "name")


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", " \n\u00a0 "])
def test_spaces_alone_are_no_input(typed: str) -> None:
    class Wanted(BaseForm):
        name = TextAreaField("Name", [InputRequired("Bitte schreiben Sie etwas.")])

    form = Wanted(formdata=MultiDict({"name": typed}), meta={"csrf": False})
    assert not form.validate() and form.name.errors == ["Bitte schreiben Sie etwas."]


def test_several_lines_may_stand_in_a_large_field_only() -> None:
    form = filled(sentence="eins\r\nzwei\rdrei")
    assert form.sentence.data == "eins\nzwei\ndrei"
    assert not form.errors


def test_a_password_is_taken_as_it_was_typed() -> None:
    assert filled(secret="  mit Rand  ").secret.data == "  mit Rand  "


def test_the_second_form_of_a_class_validates_like_the_first() -> None:
    assert messages(filled(name="a\x00"), "name") == messages(filled(name="a\x00"), "name") != ""
    assert messages(filled(name="x" * 21), "name")


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.by_id: dict[str, dict[str, str | None]] = {}
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.by_id[str(given["id"])] = given
        if tag == "a":
            self.targets.append(str(given["href"]).removeprefix("#"))


def test_hint_and_error_are_tied_to_their_field() -> None:
    read = Reader(render_template_string(PAGE, form=filled(name="", state="")))

    assert read.by_id["name"]["aria-describedby"] == "name-hinweis name-fehler"
    assert read.by_id["name"]["aria-invalid"] == "true"
    assert read.by_id["state"]["aria-describedby"] == "state-fehler"
    assert read.by_id["sentence"]["aria-describedby"] == "sentence-hinweis"
    assert "aria-invalid" not in read.by_id["sentence"]
    assert read.by_id["secret"]["autocomplete"] == "current-password"
    assert {"name-hinweis", "name-fehler", "state-fehler", "sentence-hinweis"} <= set(read.by_id)


def test_the_summary_of_errors_leads_to_each_field() -> None:
    read = Reader(render_template_string(PAGE, form=filled(name="", state="")))

    assert read.targets == ["name", "state"]
    assert set(read.targets) <= set(read.by_id)


def test_a_form_without_errors_shows_no_summary() -> None:
    html = render_template_string(PAGE, form=filled())
    assert "Bitte prüfen" not in html
    assert "aria-invalid" not in html


def test_what_was_typed_is_escaped_in_the_page() -> None:
    html = render_template_string(PAGE, form=filled(name='"><script>alert(1)</script>'))
    assert "<script" not in html


def test_an_optional_field_says_so() -> None:
    html = render_template_string(PAGE, form=filled())
    assert html.count("(freiwillig)") == 2
