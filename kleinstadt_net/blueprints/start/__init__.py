"""The first five minutes of a town's profile."""

from flask import Blueprint

bp = Blueprint("start", __name__)

from kleinstadt_net.blueprints.start import views  # noqa: E402, F401  # the views attach themselves to bp
