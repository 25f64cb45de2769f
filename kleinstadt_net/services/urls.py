"""Absolute addresses for letters and feeds; always from PUBLIC_URL, never from a request."""

from kleinstadt_net import settings


def absolute(path: str) -> str:
    """The full address of a path of this service, which begins with a slash."""
    return settings.current().public_url + path


def town_path(slug: str, ags: str) -> str:
    """The address of a town's page: the digits decide, the name is for people."""
    return f"/stadt/{slug}-{ags}"
