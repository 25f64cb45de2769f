"""Jinja filters: dates and numbers as ``formats`` writes them, and texts of towns."""

from flask import Flask

from kleinstadt_net import formats
from kleinstadt_net.web import markdown

FILTERS = {
    "number": formats.number,
    "signed_percent": formats.signed_percent,
    "population": formats.rounded_population,
    "day": formats.day,
    "long_day": formats.long_day,
    "month": formats.month,
    "month_of": formats.month_of,
    "time_of": formats.time_of,
    "markdown": markdown.render,
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
