"""Jinja filters: dates and numbers as ``formats`` writes them."""

from flask import Flask

from kleinstadt_net import formats

FILTERS = {
    "number": formats.number,
    "signed_percent": formats.signed_percent,
    "population": formats.rounded_population,
    "day": formats.day,
    "long_day": formats.long_day,
    "month": formats.month,
    "month_of": formats.month_of,
    "time_of": formats.time_of,
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
