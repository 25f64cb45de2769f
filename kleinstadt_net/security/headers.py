"""Response headers that hold for every page: content policy, framing, referrer, caching, host."""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from kleinstadt_net import settings
from kleinstadt_net.security.access import BY_LINK, rule_of
from kleinstadt_net.settings import SETTINGS_KEY, Settings

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A letter shown in the browser brings its own inlined styles and may run nothing at all. What its links open is outside
# of its sandbox, in which no form could be sent: it would be looked at and never answered.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
EMBEDDING_POLICY = CONTENT_POLICY + "; frame-src 'self'"

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    bound: Settings = app.config[SETTINGS_KEY]
    if bound.proxy_hops:
        hops = bound.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.config["TRUSTED_HOSTS"] = _trusted_hosts(bound)
    app.after_request(_add_headers)


def _trusted_hosts(bound: Settings) -> list[str]:
    if bound.trusted_hosts:
        return list(bound.trusted_hosts)
    hosts = [urlsplit(bound.public_url).hostname or "localhost"]
    return hosts if bound.is_production else [*hosts, "localhost", "127.0.0.1"]


def _add_headers(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    # The two deviating policies are set by their views; a house test lists them.
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    if "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]:
        response.headers.setdefault("X-Frame-Options", "DENY")
    if settings.current().is_production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static" and (current_user.is_authenticated or _opens_by_link()):
        response.headers["Cache-Control"] = "no-store"
    return response


def _opens_by_link() -> bool:
    """Whether the address alone opens this page, so that no proxy on the way should hold a copy."""
    rule = rule_of(current_app, request.endpoint) if request.endpoint else None
    return rule is not None and rule.policy is BY_LINK
