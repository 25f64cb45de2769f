"""The columns of a town that follow from its name; every service that names a town takes them from here."""

from kleinstadt_net.search import folding


def columns(name: str, kreis_name: str | None) -> dict[str, str]:
    """``name`` with slug, sort key and search words, as keywords for a ``Town``."""
    return {
        "name": name,
        "slug": folding.slug(name),
        "sort_key": folding.sort_key(name),
        "search_fold": folding.search_fold(name, kreis_name),
    }


def short(name_official: str) -> str:
    """The name without titles such as ", Stadt"; a slash belongs to the name."""
    return name_official.partition(",")[0].strip()
