"""Error pages in German: what happened, and what to do next.

Pages of two kinds. Where the service itself is well, the page has the usual frame. Where something
basic failed, or nothing about the request can be trusted, a plain page needs neither the database
nor the URL map.
"""

import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, Unauthorized

from kleinstadt_net.security.access import other_towns
from kleinstadt_net.security.identity import Visitor
from kleinstadt_net.web import unsent

KNOWN = frozenset({400, 403, 404, 405, 413, 429, 500})
# Headers of the error itself that the browser still needs.
KEPT_HEADERS = ("Allow", "Retry-After")


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_error)
    app.register_error_handler(CSRFError, show_form_error)
    app.register_error_handler(Unauthorized, show_signed_out)
    app.register_error_handler(InternalServerError, show_failure)


def show_error(error: HTTPException) -> Response:
    """The page for an error that has a status: one we know, else the nearest."""
    if error.response is not None or error.code is None:
        return error.get_response(request.environ)  # type: ignore[return-value]  # werkzeug's sansio base
    template = error.code if error.code in KNOWN else (400 if error.code < 500 else 500)
    # A letter may speak of another of the reader's towns than she acts for in this browser.
    towns = other_towns() if error.code == 404 and request.method == "GET" else ()
    page = render_template(f"errors/{template}.html", error=error, other_towns=towns)
    response = Response(page, error.code, mimetype="text/html")
    for name, value in error.get_headers():
        if name in KEPT_HEADERS:
            response.headers[name] = value
    return response


def show_form_error(error: CSRFError) -> Response:
    """A form that was open too long, or sent from elsewhere."""
    structlog.get_logger("web").info("form refused", reason=error.description)
    if unsent.comes_from_here():
        return unsent.page(400)
    return Response(render_template("errors/form.html"), 400, mimetype="text/html")


def show_signed_out(error: Unauthorized) -> ResponseReturnValue:
    """A form with texts, sent after the session has ended."""
    return unsent.page(401) if unsent.comes_from_here() else redirect(url_for("accounts.sign_in"))


def show_failure(error: InternalServerError) -> Response:
    """A mistake of ours, or a database that does not answer: this page asks it nothing."""
    # Whoever looks at the person later in this request, such as the headers, must not ask either.
    g._login_user = Visitor()
    page = render_template("errors/500.html", request_id=g.get("request_id", ""))
    response = Response(page, 500, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
