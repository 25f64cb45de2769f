"""The Monatsbrief on the web: preview and preferences, leaving, and answering from the letter."""

from flask import Blueprint

bp = Blueprint("digests", __name__)

from kleinstadt_net.blueprints.digests import (  # noqa: E402  # the views attach themselves to bp
    by_link,  # noqa: F401
    still_true,  # noqa: F401
    views,  # noqa: F401
)
