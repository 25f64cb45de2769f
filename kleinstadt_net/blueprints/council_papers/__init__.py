"""Informationsvorlage (Entwurf): an example as a paper for the council, to look at and to take along."""

from flask import Blueprint

bp = Blueprint("council_papers", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.council_papers import views  # noqa: E402, F401
