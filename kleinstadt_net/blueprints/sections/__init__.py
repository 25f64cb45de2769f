"""The ten sections of the own town's profile: writing, history, release, and half-typed forms."""

from flask import Blueprint

bp = Blueprint("sections", __name__)

from kleinstadt_net.blueprints.sections import half_typed, history, releases, views  # noqa: E402, F401  # they attach themselves to bp
