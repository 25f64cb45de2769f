"""The access policy: every route names who may use it, and a route that names nobody is closed.

The decision is made once, before the view runs, by ``_enforce``. Views only carry a mark:

    @bp.get("/stadt/<ags>/angaben")
    @access(EDITOR, town=from_ags("ags"))
    def edit(ags: str) -> str: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net import clock, settings
from kleinstadt_net.security.identity import Identity, TownAccess

View = TypeVar("View", bound=Callable[..., Any])
TownFinder = Callable[[Mapping[str, Any], Identity], TownAccess | None]
MARK = "_access_rule"


class Policy(Enum):
    """Who may use a route."""

    PUBLIC = "public"
    BY_LINK = "by_link"
    SIGNED_IN = "signed_in"
    VERIFIED = "verified"
    EDITOR = "editor"
    LEAD = "lead"
    OPERATOR = "operator"
    DEVELOPMENT = "development"


PUBLIC = Policy.PUBLIC
BY_LINK = Policy.BY_LINK
SIGNED_IN = Policy.SIGNED_IN
VERIFIED = Policy.VERIFIED
EDITOR = Policy.EDITOR
LEAD = Policy.LEAD
OPERATOR = Policy.OPERATOR
DEVELOPMENT = Policy.DEVELOPMENT

OPEN_POLICIES = frozenset({PUBLIC, BY_LINK})
TOWN_POLICIES = frozenset({EDITOR, LEAD})

# Whoever changes how an account is entered, or ends it, has shown no longer ago than this who she is.
RECENT = timedelta(minutes=15)


@dataclass(frozen=True)
class Rule:
    """A policy and, for the rights in a named town, how that town is found; the others see ``access``."""

    policy: Policy
    town: TownFinder | None = None
    recent: bool = False
    keeps_text: bool = False


def access(
    policy: Policy, *, town: TownFinder | None = None, recent: bool = False, keeps_text: bool = False
) -> Callable[[View], View]:
    """Mark a view with its policy; ``editor`` and ``lead`` need to know of which town.

    ``recent`` asks whoever signed in more than 15 minutes ago to confirm that it is still she. ``keeps_text`` is for
    forms with texts one does not type twice: sent after the session has ended, they come back on a page (see
    ``web/unsent.py``). Never for forms with a secret in them.
    """
    if (policy in TOWN_POLICIES) != (town is not None):
        raise ValueError("editor and lead, and only they, name a town")
    if recent and policy in OPEN_POLICIES:
        raise ValueError("only somebody signed in can have signed in recently")

    def mark(view: View) -> View:
        setattr(view, MARK, Rule(policy, town, recent, keeps_text))
        return view

    return mark


def from_ags(argument: str) -> TownFinder:
    """The town whose AGS stands in the URL under this argument."""
    return lambda view_args, identity: identity.town(str(view_args[argument]))


def acting(view_args: Mapping[str, Any], identity: Identity) -> TownAccess | None:
    """The town the person acts for in this browser."""
    return identity.acting


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule of an endpoint; None for a route that forgot to name one, which is closed."""
    return getattr(app.view_functions[endpoint], MARK, None)


def other_towns() -> tuple[TownAccess, ...]:
    """The own towns for which the page asked for might open, though it did not for the town acted for."""
    rule = rule_of(current_app, request.endpoint) if request.endpoint else None
    if rule is None or rule.town is not acting or current_user.acting is None:
        return ()
    return tuple(town for town in current_user.towns if town.counts and town != current_user.acting)


def init_app(app: Flask) -> None:
    # Flask's own route for static files is the only view that is not ours to decorate.
    setattr(app.view_functions["static"], MARK, Rule(PUBLIC))
    app.before_request(_enforce)


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        abort(404)
    if rule.policy in OPEN_POLICIES:
        return None
    if rule.policy is DEVELOPMENT:
        return None if settings.current().is_development else abort(404)
    if not current_user.is_authenticated:
        # An operator's or another town's page is not even announced to strangers.
        return abort(404) if rule.policy is OPERATOR else _ask_to_sign_in(rule)
    identity: Identity = current_user._get_current_object()
    _check(rule, identity)
    if rule.policy is OPERATOR and settings.current().is_production and not identity.has_second_factor:
        return redirect(url_for("accounts.second_factor"))
    if rule.recent and clock.now() - identity.reauthenticated_at > RECENT:
        return _ask_to_confirm()
    return None


def _check(rule: Rule, identity: Identity) -> None:
    if rule.policy is OPERATOR and not identity.is_operator:
        abort(404)
    if rule.policy is VERIFIED and not (identity.is_verified and identity.acting):
        abort(403)
    if rule.policy in TOWN_POLICIES:
        _check_town(rule, identity)


def _check_town(rule: Rule, identity: Identity) -> None:
    assert rule.town is not None
    town = rule.town(request.view_args or {}, identity)
    if town is None:
        # Without any town the page explains itself; another's town looks as if it did not exist.
        abort(403 if rule.town is acting else 404)
    if rule.policy is LEAD and town.role != "lead":
        abort(403)


def _ask_to_sign_in(rule: Rule) -> ResponseReturnValue:
    if rule.keeps_text and request.form:
        abort(401)
    if request.method != "GET":
        return redirect(url_for("accounts.sign_in"))
    target = request.full_path.removesuffix("?")
    return redirect(url_for("accounts.sign_in", weiter=target))


def _ask_to_confirm() -> ResponseReturnValue:
    """A form sent too late is not kept: the page it stood on opens again afterwards."""
    if request.method == "GET":
        return redirect(url_for("accounts.confirm", weiter=request.full_path.removesuffix("?")))
    return redirect(url_for("accounts.confirm", weiter=_page_before(), erneut="ja"))


def _page_before() -> str | None:
    """The page of this service a form was sent from, as the browser tells it."""
    parts = urlsplit(request.referrer or "")
    return (
        safe_target(parts.path + (f"?{parts.query}" if parts.query else ""))
        if parts.netloc == request.host
        else None
    )


def safe_target(target: str | None) -> str | None:
    """A path of this service to go on to, or None: never another host, whatever the link says."""
    if not target or any(ord(ch) < 32 for ch in target) or "\\" in target:
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return None
    return target
