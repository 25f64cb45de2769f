"""Inhalt melden: anybody reports a content, and follows by a link what becomes of it."""

from flask import Blueprint

bp = Blueprint("reports", __name__)

from kleinstadt_net.blueprints.reports import views  # noqa: E402, F401  # the views attach themselves to bp
