"""The public page of each town and the directory of all."""

from flask import Blueprint

bp = Blueprint("towns", __name__)

from kleinstadt_net.blueprints.towns import views  # noqa: E402, F401  # the views attach themselves to bp
