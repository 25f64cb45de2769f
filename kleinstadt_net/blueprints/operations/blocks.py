"""Pairs of towns one of which has ended the contact: to know of, not to change."""

from flask import render_template, request

from kleinstadt_net.blueprints.operations import bp
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import block_desk
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number


@bp.get("/betrieb/beendete-kontakte")
@access(OPERATOR)
def block_list() -> str:
    """Which town has ended the contact with which, the latest first."""
    page = Page(requested_number(request.args), PAGE_SIZE, block_desk.count()).must_exist()
    rows = block_desk.latest(limit=page.size, offset=(page.number - 1) * page.size)
    return render_template("operations/blocks.html", rows=rows, page=page)
