"""The Monatsbrief on the web: preview and preferences, leaving, and answering from the letter."""

from flask import Blueprint

bp = Blueprint("digests", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.digests import archive, by_link, still_true, views  # noqa: E402, F401
