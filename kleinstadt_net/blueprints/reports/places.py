"""What a report speaks of: a page by its path, with the town, subject or object it names, or one object by its link."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from kleinstadt_net import settings
from kleinstadt_net.security.access import Policy, rule_of, safe_target
from kleinstadt_net.services.report_rules import (
    ANSWER,
    EVENT,
    MESSAGE,
    PEER_REVIEW,
    PRACTICE,
    QUESTION,
    Target,
)
from kleinstadt_net.vocabulary import SUBJECTS

MAX_DIGITS = 10
# The address of a page that opens by its random characters must not be passed on to anybody.
CLOSED = frozenset({Policy.BY_LINK, Policy.OPERATOR, Policy.DEVELOPMENT})

# Pages that show one object, and where its number stands in their address.
PAGES = {
    "practices.show": (PRACTICE, "practice_id"),
    "questions.show": (QUESTION, "question_id"),
    "events.show": (EVENT, "event_id"),
    "peer_reviews.show": (PEER_REVIEW, "peer_review_id"),
}
# Objects among others on a page: each has a link of its own to the form, which names it.
FIELD = "ziel"
NAMED = {"nachricht": MESSAGE, "antwort": ANSWER, "beratung": PEER_REVIEW}


@dataclass(frozen=True)
class Place:
    """A page that may be reported; ``ags``, ``subject`` and ``target`` where its address names them."""

    path: str
    ags: str | None
    subject: str | None
    target: Target | None = None


@dataclass(frozen=True)
class Named:
    """An object that its own link names, and the argument it does so by."""

    argument: str
    target: Target


def read_named() -> Named | None:
    """The object that the address names, or the form that came of it; 0 is the number of none."""
    if FIELD in request.form:
        argument, _, number = request.form[FIELD].partition(":")
    else:
        argument = next((one for one in NAMED if one in request.args), "")
        number = request.args.get(argument, "")
    if argument not in NAMED:
        return None
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS
    return Named(argument, Target(NAMED[argument], int(number) if is_number else 0))


def read_place(text: str) -> Place | None:
    """The page somebody names by its path or full address; None for what is no page of ours."""
    path = text.removeprefix(settings.current().public_url).partition("#")[0].partition("?")[0]
    if safe_target(path) is None:
        return None
    try:
        endpoint, arguments = current_app.create_url_adapter(request).match(path, "GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return None
    if not is_reportable(endpoint) or "token" in arguments:
        return None
    key = arguments.get("subject") or arguments.get("thesis") or arguments.get("key")
    return Place(path, arguments.get("ags"), key if key in SUBJECTS else None, _target(endpoint, arguments))


def is_reportable(endpoint: str) -> bool:
    """Whether pages of this endpoint may be named in an address or a report."""
    rule = rule_of(current_app, endpoint)
    return rule is not None and rule.policy not in CLOSED and endpoint != "static"


def _target(endpoint: str, arguments: Mapping[str, Any]) -> Target | None:
    kind, argument = PAGES.get(endpoint, (None, ""))
    return Target(kind, arguments[argument]) if kind is not None else None
