"""HTTP only: one folder per feature, each with its blueprint, views and forms."""

from flask import Flask


def register_blueprints(app: Flask) -> None:
    """Register every feature; the order is the order of the navigation."""
    from kleinstadt_net.blueprints import (
        accounts,
        dashboard,
        digests,
        operations,
        pages,
        peers,
        stances,
        suggestions,
        towns,
    )

    for feature in (dashboard, suggestions, peers, towns, stances, digests, pages, accounts, operations):
        app.register_blueprint(feature.bp)
