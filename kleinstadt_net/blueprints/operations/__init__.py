"""Health, the operator's desk, and the mailbox of the development server."""

from flask import Blueprint

bp = Blueprint("operations", __name__)

from kleinstadt_net.blueprints.operations import (  # noqa: E402  # the views attach themselves to bp
    blocks,  # noqa: F401
    letters,  # noqa: F401
    numbers,  # noqa: F401
    previews,  # noqa: F401
    reports,  # noqa: F401
    towns,  # noqa: F401
    views,  # noqa: F401
)
