"""What search engines and other sites are given: sitemap, robots.txt, the badge."""

from flask import Blueprint

bp = Blueprint("public_face", __name__)

from kleinstadt_net.blueprints.public_face import views  # noqa: E402, F401  # the views attach themselves to bp
