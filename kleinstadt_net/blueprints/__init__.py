"""HTTP only: one folder per feature, each with its blueprint, views and forms."""

from flask import Flask


def register_blueprints(app: Flask) -> None:
    """Register every feature; the order is the order of the navigation."""
    from kleinstadt_net.blueprints import (
        accounts,
        bookmarks,
        comparison,
        dashboard,
        digests,
        memberships,
        mirror,
        networks,
        operations,
        outreach,
        pages,
        pictures,
        portraits,
        privacy,
        public_face,
        reports,
        sections,
        sign_up,
        stances,
        start,
        suggestions,
        towns,
        verification,
    )

    for feature in (
        dashboard,
        suggestions,
        towns,
        bookmarks,
        networks,
        outreach,
        comparison,
        portraits,
        mirror,
        stances,
        start,
        sections,
        pictures,
        memberships,
        digests,
        pages,
        public_face,
        sign_up,
        accounts,
        privacy,
        verification,
        reports,
        operations,
    ):
        app.register_blueprint(feature.bp)
