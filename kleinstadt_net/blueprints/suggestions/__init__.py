"""Vorschläge: a month's suggestions and the answers to them."""

from flask import Blueprint

bp = Blueprint("suggestions", __name__)

from kleinstadt_net.blueprints.suggestions import afterwards, views  # noqa: E402, F401
