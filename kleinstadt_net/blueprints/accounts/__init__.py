"""Signing in and out, setting the password, the own account, the town one acts for."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from kleinstadt_net.blueprints.accounts import views  # noqa: E402, F401
