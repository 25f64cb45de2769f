"""Signing in and out, the password, the second factor, the own account, the town one acts for."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from kleinstadt_net.blueprints.accounts import (  # noqa: E402, F401
    account,
    confirmation,
    passwords,
    reachable,
    second_factor,
    security_txt,
    sessions,
    sign_in,
)
