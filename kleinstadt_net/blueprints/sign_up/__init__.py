"""Signing up: choosing the town, saying who one is, confirming the address; the house rules."""

from flask import Blueprint

bp = Blueprint("sign_up", __name__)

from kleinstadt_net.blueprints.sign_up import views  # noqa: E402, F401
