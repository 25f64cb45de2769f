"""The own data: reading them, taking them along, deleting the account, and "Ich bin noch dabei"."""

from flask import Blueprint

bp = Blueprint("privacy", __name__)

from kleinstadt_net.blueprints.privacy import views  # noqa: E402, F401  # the views attach themselves to bp
