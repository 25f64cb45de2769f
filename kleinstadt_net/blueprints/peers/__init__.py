"""Passende Städte: the towns that fit the reader's."""

from flask import Blueprint

bp = Blueprint("peers", __name__)

from kleinstadt_net.blueprints.peers import views  # noqa: E402, F401
