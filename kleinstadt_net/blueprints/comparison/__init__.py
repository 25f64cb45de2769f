"""Towns side by side."""

from flask import Blueprint

bp = Blueprint("comparison", __name__)

from kleinstadt_net.blueprints.comparison import views  # noqa: E402, F401
