"""Networks of towns: their list, their pages, and who belongs to them."""

from flask import Blueprint

bp = Blueprint("networks", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.networks import decisions, views  # noqa: E402, F401
