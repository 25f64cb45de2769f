"""The month in the address."""

import re

from flask import abort, request

from kleinstadt_net import clock

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def requested_month() -> str:
    """The month of the address, this one without; a text that is no month is no page."""
    month = request.args.get("monat") or clock.current_month()
    if not MONTH.fullmatch(month):
        abort(404)
    return month
