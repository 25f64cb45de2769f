"""A town on one page, for the council."""

from flask import Blueprint

bp = Blueprint("portraits", __name__)

from kleinstadt_net.blueprints.portraits import views  # noqa: E402, F401
