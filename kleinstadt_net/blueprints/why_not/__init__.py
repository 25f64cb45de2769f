"""Warum nicht: why a town was, or was not, suggested."""

from flask import Blueprint

bp = Blueprint("why_not", __name__)

from kleinstadt_net.blueprints.why_not import operators, views  # noqa: E402, F401
