"""Unsere Stadt: what the own town says of itself."""

from flask import Blueprint

bp = Blueprint("stances", __name__)

from kleinstadt_net.blueprints.stances import releases, views  # noqa: E402, F401  # the views attach themselves to bp
