"""Proving for which town one speaks: the person's own page, and the operator's decisions, domains and addresses."""

from flask import Blueprint

bp = Blueprint("verification", __name__)

from kleinstadt_net.blueprints.verification import desk, registers, views  # noqa: E402, F401
