"""The public page of each town and the directory of all."""

from flask import Blueprint

bp = Blueprint("towns", __name__)

from kleinstadt_net.blueprints.towns import map_views, searches, views  # noqa: E402, F401  # they attach themselves to bp
