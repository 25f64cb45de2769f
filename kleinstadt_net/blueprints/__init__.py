"""HTTP only: one folder per feature, each with its blueprint, views and forms."""

from flask import Flask


def register_blueprints(app: Flask) -> None:
    """Register every feature; the order is the order of the navigation."""
    from kleinstadt_net.blueprints import (
        accounts,
        availability,
        bookmarks,
        circles,
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
        why_not,
    )

    for feature in (
        dashboard,
        suggestions,
        why_not,
        towns,
        bookmarks,
        networks,
        circles,
        outreach,
        comparison,
        portraits,
        mirror,
        stances,
        start,
        sections,
        pictures,
        memberships,
        availability,
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
