"""A small world in which every route finds what its URL names, and every role to knock at it."""

import mailbox
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from flask import Flask
from werkzeug.routing import Rule as UrlRule

from kleinstadt_net import clock, settings
from kleinstadt_net.models import Account, Subscription
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import job_runs
from kleinstadt_net.services.accounts import PASSWORD_PURPOSE
from kleinstadt_net.services.digests import ANSWER_PURPOSE
from tests import factories as make
from tests.support.cast import Cast, make_cast

ROLES = ("anonymous", "unverified", "stranger", "editor", "lead", "operator", "suspended")


@dataclass(frozen=True)
class World:
    """``lead`` and ``editor`` belong to ``cast.town``, of which all routes speak."""

    cast: Cast
    subscription: Subscription
    answer_token: str
    password_token: str
    suggestion_id: int
    draft_id: int
    mailbox_key: str

    def account(self, role: str) -> Account | None:
        people = {"lead": self.cast.mayor, "editor": self.cast.colleague, "anonymous": None}
        return people[role] if role in people else getattr(self.cast, role)

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What stands in a URL, by the argument's name or, where that is not enough, endpoint and name."""
        return {
            "ags": self.cast.town.ags,
            "slug": self.cast.town.slug,
            "subject": "innenstadt",
            "pages.thesis:key": "t01",
            "pages.topic:key": "innenstadt",
            "token": self.subscription.token,
            "digests.answer:token": self.answer_token,
            "digests.give_answer:token": self.answer_token,
            "accounts.set_password:token": self.password_token,
            "suggestion_id": self.suggestion_id,
            "draft_id": self.draft_id,
            "operations.mailbox_letter:key": self.mailbox_key,
            "operations.mailbox_view:key": self.mailbox_key,
            "static:filename": "icon.svg",
        }

    def url(self, app: Flask, rule: UrlRule) -> str:
        """The address of a route in this world."""
        values = {}
        for name in rule.arguments:
            keys = (f"{rule.endpoint}:{name}", name)
            found = [self.arguments[key] for key in keys if key in self.arguments]
            assert found, f"tests/house/world.py does not know what <{name}> of {rule.endpoint} should be"
            values[name] = found[0]
        built = app.url_map.bind("localhost").build(
            rule.endpoint, values, method="GET" if "GET" in methods(rule) else "POST"
        )
        assert isinstance(built, str)
        return built


def make_world() -> World:
    cast = make_cast()
    for town, state in ((cast.town, "seeking"), (cast.other_town, "strength")):
        make.StanceFactory(town_id=town.id, subject="innenstadt", state=state)
        make.FocusFactory(town_id=town.id, thesis="t01")
    current = make.RoundFactory()
    suggestion = make.SuggestionFactory(round=current, town=cast.town, peer=cast.other_town)
    make.SuggestionFactory(round=current, town=cast.other_town, peer=cast.town)
    subscriptions = [
        make.SubscriptionFactory(account_id=who.id) for who in (cast.mayor, cast.colleague, cast.stranger)
    ]
    answer_token, password_token = new_token(), new_token()
    make.OneTimeLinkFactory(
        token=answer_token, purpose=ANSWER_PURPOSE, account_id=cast.mayor.id, target_id=suggestion.id,
        expires_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    make.OneTimeLinkFactory(token=password_token, purpose=PASSWORD_PURPOSE, account_id=cast.mayor.id)
    for name in job_runs.ALLOWED_SILENCE:
        job_runs.beat(name, clock.now())
    draft = make.StanceDraftFactory(town_id=cast.town.id, subject="wohnen")
    return World(
        cast, subscriptions[0], answer_token, password_token, suggestion.id, draft.id, letter_in_the_mailbox()
    )


def letter_in_the_mailbox() -> str:
    """A letter as the local mail server of the demonstration files it; answers its key."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = (
        "post@netz.example",
        "mayor@ellernrode.example",
        "Ein Brief",
    )
    letter.set_content("Guten Tag")
    letter.add_alternative("<p>Guten Tag</p>", subtype="html")
    directory = settings.current().data_dir / "mailbox"
    directory.parent.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(directory, create=True).add(letter)


def methods(rule: UrlRule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def routes(app: Flask, method: str) -> list[UrlRule]:
    """All routes that answer this method, in a stable order."""
    return sorted(
        (r for r in app.url_map.iter_rules() if method in methods(r)), key=lambda r: (r.endpoint, r.rule)
    )
