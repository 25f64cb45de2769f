"""The Merkliste of a town hall."""

from flask import Blueprint

bp = Blueprint("bookmarks", __name__)

from kleinstadt_net.blueprints.bookmarks import views  # noqa: E402, F401  # the views attach themselves to bp
