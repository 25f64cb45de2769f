"""Termine: what towns, networks, circles and the operator invite to."""

from flask import Blueprint

bp = Blueprint("events", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.events import views, writing  # noqa: E402, F401
