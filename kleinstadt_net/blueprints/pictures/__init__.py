"""The picture of a town."""

from flask import Blueprint

bp = Blueprint("pictures", __name__)

from kleinstadt_net.blueprints.pictures import views  # noqa: E402, F401
