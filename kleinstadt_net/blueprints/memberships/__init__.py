"""Who acts for a town: its people and their invitations, handing over, the trail, and one's own towns."""

from flask import Blueprint

bp = Blueprint("memberships", __name__)

from kleinstadt_net.blueprints.memberships import by_link, own, views  # noqa: E402, F401
