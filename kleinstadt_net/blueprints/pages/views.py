"""Public pages: start, how it works, theses and topics, legal pages."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net import register_data, settings
from kleinstadt_net.blueprints.pages import bp
from kleinstadt_net.security.access import PUBLIC, access
from kleinstadt_net.services import network_figures, retention, subjects, towns
from kleinstadt_net.vocabulary import ANSWER_TITLES, SUBJECTS, THESES, TOPICS
from kleinstadt_net.web.maps import germany
from kleinstadt_net.web.readers import reader


@bp.get("/")
@access(PUBLIC)
def start() -> str:
    return render_template(
        "pages/start.html",
        settings=settings.current(),
        map=germany(towns.map_points()),
        figures=towns.network_figures(),
    )


@bp.get("/so-funktioniert-es")
@access(PUBLIC)
def how_it_works() -> str:
    return render_template("pages/how_it_works.html")


@bp.get("/netz-in-zahlen")
@access(PUBLIC)
def network_in_numbers() -> str:
    return render_template(
        "pages/network_in_numbers.html", found=network_figures.latest(), answer_titles=ANSWER_TITLES
    )


@bp.get("/thesen")
@access(PUBLIC)
def theses() -> str:
    return render_template("pages/theses.html")


@bp.get("/thesen/<key>")
@access(PUBLIC)
def thesis(key: str) -> ResponseReturnValue:
    return _subject_page(key) if key in THESES else _other_address(key)


@bp.get("/themen/<key>")
@access(PUBLIC)
def topic(key: str) -> ResponseReturnValue:
    return _subject_page(key) if key in TOPICS else _other_address(key)


def _subject_page(key: str) -> str:
    return render_template("pages/subject.html", subject=SUBJECTS[key], found=subjects.page(key, reader()))


def _other_address(key: str) -> ResponseReturnValue:
    """A thesis looked for among the topics, or the reverse, is shown where it stands."""
    if key not in SUBJECTS:
        abort(404)
    return redirect(url_for("pages.thesis" if key in THESES else "pages.topic", key=key), 301)


@bp.get("/impressum")
@access(PUBLIC)
def imprint() -> str:
    return render_template("pages/imprint.html", settings=settings.current())


@bp.get("/datenschutz")
@access(PUBLIC)
def privacy() -> str:
    return render_template("pages/privacy.html", settings=settings.current(), periods=retention.PERIODS)


@bp.get("/barrierefreiheit")
@access(PUBLIC)
def accessibility() -> str:
    return render_template("pages/accessibility.html", settings=settings.current())


@bp.get("/quellen")
@access(PUBLIC)
def sources() -> str:
    return render_template(
        "pages/sources.html", settings=settings.current(), sources=register_data.sources().values()
    )
