"""A form with texts that came too late, because the session had ended: the texts come back on a page of their own.

From there they are sent again after signing in. Only what one of our own pages has sent is shown again, by the
browser's word: nobody elsewhere can put a text into anybody's hands that way.
"""

from urllib.parse import urlsplit

from flask import Response, current_app, render_template, request

from kleinstadt_net.security.access import rule_of

# Beside the texts a form brings these; nobody has typed them.
NOT_TYPED = frozenset({"csrf_token"})
NOT_READ = frozenset(
    {
        *("version", "visibility", "state", "stadt", "focus", "sought", "strength"),
        # What a report is about, and the code of its reason.
        *("ziel", "subject", "reason"),
    }
)


def comes_from_here() -> bool:
    """Whether this is a form with texts that one of our own pages has sent."""
    rule = rule_of(current_app, request.endpoint) if request.endpoint else None
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(rule and rule.keeps_text and request.form and origin.netloc == request.host)


def page(status: int) -> Response:
    """The page with everything that was sent, to be sent once more."""
    sent = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_TYPED]
    texts = [text for name, text in sent if text.strip() and name not in NOT_READ and text != "y"]
    response = Response(
        render_template("errors/unsent.html", sent=sent, texts=texts), status, mimetype="text/html"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
