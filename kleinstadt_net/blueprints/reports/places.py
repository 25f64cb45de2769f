"""Which page a report speaks of: a path of this service, and the town or subject it names."""

from dataclasses import dataclass

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from kleinstadt_net import settings
from kleinstadt_net.security.access import Policy, rule_of, safe_target
from kleinstadt_net.vocabulary import SUBJECTS

# The address of a page that opens by its random characters must not be passed on to anybody.
CLOSED = frozenset({Policy.BY_LINK, Policy.OPERATOR, Policy.DEVELOPMENT})


@dataclass(frozen=True)
class Place:
    """A page that may be reported; ``ags`` and ``subject`` where its address names them."""

    path: str
    ags: str | None
    subject: str | None


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
    return Place(path, arguments.get("ags"), key if key in SUBJECTS else None)


def is_reportable(endpoint: str) -> bool:
    """Whether pages of this endpoint may be named in an address or a report."""
    rule = rule_of(current_app, endpoint)
    return rule is not None and rule.policy not in CLOSED and endpoint != "static"
