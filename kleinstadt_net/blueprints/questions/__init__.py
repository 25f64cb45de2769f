"""Fragen in die Runde: the list, one question, asking, answering, and the operator's view."""

from flask import Blueprint

bp = Blueprint("questions", __name__)

from kleinstadt_net.blueprints.questions import asking, desk, views  # noqa: E402, F401  # they attach themselves to bp
