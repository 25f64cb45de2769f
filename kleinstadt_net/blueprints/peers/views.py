"""The list of towns that fit the acting one."""

from flask import render_template, request
from flask_login import current_user

from kleinstadt_net.blueprints.peers import bp
from kleinstadt_net.blueprints.peers.forms import PeerFilterForm
from kleinstadt_net.security.access import VERIFIED, access
from kleinstadt_net.services import peers
from kleinstadt_net.web.paging import Page, requested_number


@bp.get("/passende-staedte")
@access(VERIFIED)
def index() -> str:
    form = PeerFilterForm(request.args)
    form.validate()
    found = peers.find(current_user.acting.town_id, form.filters(), requested_number(request.args))
    page = Page(found.number, found.size, found.total).must_exist()
    return render_template("peers/index.html", form=form, found=found, page=page, town=current_user.acting)
