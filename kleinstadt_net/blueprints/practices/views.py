"""The library of examples and the page of one of them."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.practices import bp
from kleinstadt_net.blueprints.practices.filters import PracticeFilterForm
from kleinstadt_net.security.access import PUBLIC, access
from kleinstadt_net.services import adoption_trees, practice_directory, practice_documents, practices
from kleinstadt_net.vocabulary import SIZE_BANDS
from kleinstadt_net.web.paging import Page, requested_number
from kleinstadt_net.web.readers import reader


@bp.get("/beispiele")
@access(PUBLIC)
def index() -> ResponseReturnValue:
    """All released examples, narrowed by what stands in the address."""
    number = requested_number(request.args)
    form = PracticeFilterForm(request.args)
    form.validate()
    found = practice_directory.find(form.filters(), reader(), sort=form.sort(), number=number)
    form.follow(found.counts, found.sort, found.sorts)
    page = Page(number, found.size, found.total).must_exist()
    return render_template("practices/index.html", form=form, found=found, page=page)


@bp.get("/beispiel/<int:practice_id>")
@access(PUBLIC)
def show(practice_id: int) -> str:
    """One example; what did not work is there for confirmed towns only."""
    found = practices.page(practice_id, reader())
    if found is None:
        abort(404)
    return render_template(
        "practices/show.html",
        practice=found,
        documents=practice_documents.shown(found),
        family=adoption_trees.tree(practice_id, reader()),
        similar=practice_directory.similar(practice_id, reader()),
        size=SIZE_BANDS.get(practice_directory.band(found.town.population) or ""),
    )
