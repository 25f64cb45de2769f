"""Examples: the public library, one example, and writing those of one's own town."""

from flask import Blueprint

bp = Blueprint("practices", __name__)

from kleinstadt_net.blueprints.practices import documents, own, releases, views  # noqa: E402, F401  # they attach themselves to bp
