"""The page on which a person makes, renews and switches off an address that a program of hers reads."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import AnyOf

from kleinstadt_net.services.private_addresses import PrivateAddress
from kleinstadt_net.web.forms import BaseForm

CREATE, REVOKE = "anlegen", "abschalten"


class AddressForm(BaseForm):
    """The buttons of the page."""

    tat = StringField("Schritt", [AnyOf([CREATE, REVOKE], "Diesen Schritt kennen wir nicht.")])


@dataclass(frozen=True)
class Words:
    """What is said once the address is switched off, and where there was none to be switched off."""

    ended: str
    never: str


def manage(address: PrivateAddress[Any], template: str, words: Words) -> ResponseReturnValue:
    """Make a new address, which is shown this once, or switch it off."""
    form, account_id = AddressForm(), current_user.account_id
    if not form.validate_on_submit():
        return _page(address, template, form), 422 if form.is_submitted() else 200
    if form.tat.data == CREATE:
        return _page(address, template, form, created=address.create(account_id))
    flash(words.ended if address.revoke(account_id) else words.never, "success")
    return redirect(request.path)


def _page(address: PrivateAddress[Any], template: str, form: AddressForm, created: str = "") -> str:
    return render_template(
        template, form=form, status=address.status(current_user.account_id), address=created
    )
