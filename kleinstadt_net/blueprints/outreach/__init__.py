"""Inviting towns by post: a member's letter, the operator's series, and the list of those who object to it."""

from flask import Blueprint

bp = Blueprint("outreach", __name__)

from kleinstadt_net.blueprints.outreach import by_letter, series, views  # noqa: E402, F401
