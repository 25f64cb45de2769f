"""What somebody is told: the list, and in which letter she reads which kind of it."""

from flask import Blueprint

bp = Blueprint("notifications", __name__)

from kleinstadt_net.blueprints.notifications import views  # noqa: E402, F401  # the views attach themselves to bp
