"""My town beside the towns built like it."""

from flask import Blueprint

bp = Blueprint("mirror", __name__)

from kleinstadt_net.blueprints.mirror import views  # noqa: E402, F401
