"""Kollegiale Beratung: one question, two or three towns that come and think it through."""

from flask import Blueprint

bp = Blueprint("peer_reviews", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.peer_reviews import views, writing  # noqa: E402, F401
