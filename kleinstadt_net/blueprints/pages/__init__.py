"""The pages anybody may read: what this is, the theses and topics, and who is responsible."""

from flask import Blueprint

bp = Blueprint("pages", __name__)

from kleinstadt_net.blueprints.pages import views  # noqa: E402, F401  # the views attach themselves to bp
