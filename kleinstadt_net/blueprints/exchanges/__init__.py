"""Gespräche: asking another town, answering, and the list and page of each."""

from flask import Blueprint

bp = Blueprint("exchanges", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.exchanges import by_link, requests, views  # noqa: E402, F401
