"""Übersicht: the page after signing in."""

from flask import Blueprint

bp = Blueprint("dashboard", __name__)

from kleinstadt_net.blueprints.dashboard import views  # noqa: E402, F401
