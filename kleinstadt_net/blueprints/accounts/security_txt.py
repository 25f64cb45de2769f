"""Whom to tell about a weakness of the service (RFC 9116)."""

from datetime import timedelta

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net import clock, settings
from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.security.access import PUBLIC, access
from kleinstadt_net.services import urls

VALID_DAYS = 180


@bp.get("/.well-known/security.txt")
@access(PUBLIC)
def security_txt() -> ResponseReturnValue:
    """The operator's address for reports; valid from the day it is read."""
    email = settings.current().operator_email
    contact = f"mailto:{email}" if email else urls.absolute(url_for("pages.imprint"))
    expires = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=VALID_DAYS)
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: de, en",
        f"Canonical: {urls.absolute(url_for('accounts.security_txt'))}",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
