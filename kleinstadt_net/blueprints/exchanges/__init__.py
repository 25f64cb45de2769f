"""Gespräche: asking another town, answering, the list and page of each, and ending all contact."""

from flask import Blueprint

bp = Blueprint("exchanges", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.exchanges import by_link, contacts, messages, requests, views  # noqa: E402, F401
