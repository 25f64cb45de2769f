"""Dates of talks: proposing and agreeing, the sheet for the talk, the record of it, and the private calendar."""

from flask import Blueprint

bp = Blueprint("appointments", __name__)

# The views attach themselves to bp.
from kleinstadt_net.blueprints.appointments import calendar, papers, views  # noqa: E402, F401
