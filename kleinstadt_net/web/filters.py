"""Jinja filters: dates and numbers as ``formats`` writes them, and texts of towns."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask

from kleinstadt_net import formats
from kleinstadt_net.web import markdown


def of_code(reasons: Iterable[Mapping[str, Any]], code: str) -> list[Mapping[str, Any]]:
    """The reasons of one code, in their order; a page of the directory asks two hundred times."""
    return [reason for reason in reasons if reason["code"] == code]


FILTERS = {
    "of_code": of_code,
    "number": formats.number,
    "signed_percent": formats.signed_percent,
    "percent": formats.percent,
    "at_least_five": formats.at_least_five,
    "file_size": formats.file_size,
    "population": formats.rounded_population,
    "day": formats.day,
    "long_day": formats.long_day,
    "month": formats.month,
    "month_of": formats.month_of,
    "time_of": formats.time_of,
    "span": formats.span,
    "markdown": markdown.render,
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
