"""Das setzen wir bei uns um: a town repeats an example, or asks its town about it."""

from flask import Blueprint

bp = Blueprint("adoptions", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.adoptions import questions, views  # noqa: E402, F401
