"""Tagged PDF (PDF/UA-1) from the same kind of templates as pages, by WeasyPrint.

WeasyPrint needs Debian's pango. Where that is missing the service runs without documents: pages ask
``is_available`` and offer none, and README names the package.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from jinja2 import StrictUndefined

MISSING = "no pango to draw PDF: `apt-get install libpango-1.0-0 libpangoft2-1.0-0`"
# Not "file:", so that no document ever reads another file than a font of ours.
FONT_SCHEME = "font:"
VARIANT = "pdf/ua-1"


class PdfUnavailable(Exception):
    """This machine lacks the libraries that draw text."""


@cache
def is_available() -> bool:
    """Whether PDF can be made on this machine."""
    try:
        _weasyprint()
    except OSError:
        return False
    return True


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """The document ``templates/documents/<template>.html`` as bytes of a PDF; nothing but our fonts is fetched.

    A value the template asks for and does not get raises. Raises PdfUnavailable without pango.
    """
    return _written(_laid_out(template, context))


def render_on_one_page(template: str, contexts: Sequence[Mapping[str, Any]]) -> bytes:
    """The document with the first of the contexts that fits on one page, ever shorter ones; the last one always."""
    *longer, shortest = contexts
    for context in longer:
        laid_out = _laid_out(template, context)
        if len(laid_out.pages) == 1:
            return _written(laid_out)
    return _written(_laid_out(template, shortest))


def _laid_out(template: str, context: Mapping[str, Any]) -> Any:
    if not is_available():
        raise PdfUnavailable(MISSING)
    environment = current_app.jinja_env.overlay(undefined=StrictUndefined)
    html = environment.get_template(f"documents/{template}.html").render(context)
    return _weasyprint().HTML(string=html, url_fetcher=_fetch_font).render(pdf_variant=VARIANT)


def _written(laid_out: Any) -> bytes:
    made: bytes = laid_out.write_pdf(pdf_variant=VARIANT)
    return made


def _weasyprint() -> Any:
    """The library, heavy and needed by few processes; raises OSError where what it draws with is missing."""
    import weasyprint
    from PIL import ImageFile

    # It tells Pillow, for the whole process, to take truncated pictures for whole ones; uploads are looked at here too.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return weasyprint


def _fetch_font(url: str, *arguments: Any, **named: Any) -> Any:
    """What ``font:NAME`` in a style means: one of the vendored files, by its bare name."""
    from weasyprint.urls import URLFetcherResponse

    fonts = _fonts(current_app.static_folder or "")
    if not url.startswith(FONT_SCHEME) or url.removeprefix(FONT_SCHEME) not in fonts:
        raise ValueError(f"a document carries everything within itself, not {url}")
    return URLFetcherResponse(url, fonts[url.removeprefix(FONT_SCHEME)].read_bytes())


@cache
def _fonts(static: str) -> Mapping[str, Path]:
    return {path.name: path for path in (Path(static) / "vendor").rglob("*.woff2")}
