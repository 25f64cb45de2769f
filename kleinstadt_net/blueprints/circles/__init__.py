"""Lernkreise: what is proposed, what runs, and the page of each."""

from flask import Blueprint

bp = Blueprint("circles", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.circles import by_link, desk, meetings, views  # noqa: E402, F401
