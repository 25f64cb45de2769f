"""How pages present themselves to search engines and to whoever passes a link on: address, picture, plain facts.

Only pages anybody may open do so, with nothing a visitor does not see.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, request

from kleinstadt_net.security.access import PUBLIC, rule_of
from kleinstadt_net.services import urls
from kleinstadt_net.services.practices import PATH as PRACTICE_PATH
from kleinstadt_net.services.practices import PracticePage
from kleinstadt_net.services.towns import TownPage
from kleinstadt_net.territory import COUNTRY, LAENDER
from kleinstadt_net.vocabulary import SUBJECTS

SCHEMA = "https://schema.org"


def init_app(app: Flask) -> None:
    """Offer the helpers to all templates."""
    app.jinja_env.globals.update(
        canonical=canonical,
        absolute=urls.absolute,
        town_data=town_data,
        site_data=site_data,
        practice_data=practice_data,
    )


def canonical() -> str | None:
    """The one address of this page, without what only chooses or orders; None where it is not for everybody."""
    if request.endpoint is None or request.method != "GET":
        return None
    rule = rule_of(current_app, request.endpoint)
    return urls.absolute(request.path) if rule is not None and rule.policy is PUBLIC else None


def site_data(name: str) -> Mapping[str, Any]:
    """The service for schema.org: its name, and how its directory is searched."""
    return {
        "@context": SCHEMA,
        "@type": "WebSite",
        "name": name,
        "url": urls.absolute("/"),
        "inLanguage": "de",
        "potentialAction": {
            "@type": "SearchAction",
            "target": urls.absolute("/staedte?suche={search_term_string}"),
            "query-input": "required name=search_term_string",
        },
    }


def town_data(town: TownPage) -> Mapping[str, Any]:
    """A town for schema.org: where it lies and by which key it is known; nothing of what it says of itself."""
    land = {
        "@type": "State",
        "name": LAENDER[town.land].name,
        "containedInPlace": {"@type": "Country", "name": COUNTRY},
    }
    return {
        "@context": SCHEMA,
        "@type": "City",
        "name": town.name,
        "url": urls.absolute(urls.town_path(town.slug, town.ags)),
        "identifier": {"@type": "PropertyValue", "propertyID": "AGS", "value": town.ags},
        "containedInPlace": (
            {"@type": "AdministrativeArea", "name": town.kreis_name, "containedInPlace": land}
            if town.kreis_name
            else land
        ),
    }


def practice_data(practice: PracticePage) -> Mapping[str, Any]:
    """A released example for schema.org: its title, its town and its subjects, nothing confidential."""
    return {
        "@context": SCHEMA,
        "@type": "Article",
        "headline": practice.content.title,
        "url": urls.absolute(PRACTICE_PATH.format(practice_id=practice.practice_id)),
        "inLanguage": "de",
        "datePublished": practice.released_at.date().isoformat() if practice.released_at else None,
        "author": {
            "@type": "City",
            "name": practice.town.name,
            "url": urls.absolute(urls.town_path(practice.town.slug, practice.town.ags)),
        },
        "about": [SUBJECTS[key].title for key in practice.content.subjects],
    }
