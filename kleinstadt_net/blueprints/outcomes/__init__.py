"""Was daraus geworden ist: the questions after a talk, from the letter and on its page."""

from flask import Blueprint

bp = Blueprint("outcomes", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.outcomes import views  # noqa: E402, F401
