"""Anfragen und Pausen: how often a town may be asked, and when not at all."""

from flask import Blueprint

bp = Blueprint("availability", __name__)

from kleinstadt_net.blueprints.availability import desk, views  # noqa: E402, F401
