"""Inviting towns by one's own post, and the list of those who object to it."""

from flask import Blueprint

bp = Blueprint("outreach", __name__)

from kleinstadt_net.blueprints.outreach import views  # noqa: E402, F401  # the views attach themselves to bp
