"""Health, the operator's desk, and the mailbox of the development server."""

from flask import Blueprint

bp = Blueprint("operations", __name__)

from kleinstadt_net.blueprints.operations import views  # noqa: E402, F401  # the views attach themselves to bp
