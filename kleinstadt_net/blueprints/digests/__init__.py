"""The Monatsbrief on the web: preview and preferences, leaving, and answering from the letter."""

from flask import Blueprint

bp = Blueprint("digests", __name__)

from kleinstadt_net.blueprints.digests import by_link, views  # noqa: E402, F401  # the views attach themselves to bp
