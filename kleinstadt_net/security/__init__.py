"""Passwords, one-time links, who is signed in, the access policy, and response headers."""

from flask import Flask

from kleinstadt_net.security import access, headers, identity


def init_app(app: Flask) -> None:
    headers.init_app(app)
    identity.init_app(app)
    access.init_app(app)
