"""Views that take files: they alone accept more than the usual size of a request."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])
MARK = "_upload_limit"


def accepts_upload(limit: int) -> Callable[[View], View]:
    """Mark a view as taking a request of up to ``limit`` bytes."""

    def mark(view: View) -> View:
        setattr(view, MARK, limit)
        return view

    return mark


def init_app(app: Flask) -> None:
    # Before everything that reads the form; the protection against forged requests does.
    app.url_value_preprocessor(_raise_limit)


def _raise_limit(endpoint: str | None, values: dict[str, Any] | None) -> None:
    limit = getattr(current_app.view_functions.get(endpoint or ""), MARK, None)
    if limit is not None:
        request.max_content_length = limit
