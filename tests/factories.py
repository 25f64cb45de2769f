"""Rows for tests, complete and plausible unless a test says otherwise; each is committed at once.

All towns and persons are invented: names in no register, addresses under ``.example``.
"""

from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    Bookmark,
    Circle,
    CircleMeeting,
    CircleTown,
    Focus,
    Invitation,
    InvitationObjection,
    InvitationSeries,
    Letter,
    Membership,
    Network,
    NetworkMember,
    OneTimeLink,
    OperatorTask,
    Picture,
    Report,
    Round,
    SavedSearch,
    Section,
    SectionDraft,
    SectionVersion,
    SeriesLetter,
    Stance,
    StanceDraft,
    Subscription,
    Suggestion,
    SuggestionAnswer,
    TalkOutcome,
    Town,
    TownAddress,
    TownCode,
    TownDomain,
    TownFigure,
)
from kleinstadt_net.security.passwords import hash_password
from kleinstadt_net.security.tokens import new_token, token_hash

NAMES = ("Ellernrode", "Lauenfurt", "Kirchwerlau", "Mühlenqualm", "Hohenwispel", "Steinbracken", "Oberdallen")
PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "-"})


def town_name(n: int) -> str:
    """The n-th invented name; beyond the list a number keeps them apart."""
    name = NAMES[n % len(NAMES)]
    return name if n < len(NAMES) else f"{name} {n // len(NAMES) + 1}"


class Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "commit"


class TownFactory(Factory):
    class Meta:
        model = Town

    class Params:
        # TownFactory(taking_part=True) only marks the town; whoever acts for it needs a MembershipFactory.
        taking_part = factory.Trait(
            joined_on=factory.LazyFunction(lambda: clock.today() - timedelta(days=200))
        )

    ags = factory.Sequence(lambda n: f"99{n:06d}")
    name = factory.Sequence(town_name)
    name_official = factory.LazyAttribute(lambda town: f"{town.name}, Stadt")
    slug = factory.LazyAttribute(lambda town: town.name.lower().translate(PLAIN))
    sort_key = factory.LazyAttribute(lambda town: town.slug)
    search_fold = factory.LazyAttribute(lambda town: town.slug.replace("-", " "))
    land = "06"
    kreis = factory.LazyAttribute(lambda town: f"{town.land}999")
    kreis_name = "Ellernkreis"
    kind = "Stadt"
    lat = factory.Sequence(lambda n: 50.0 + n % 40 / 20)
    lon = factory.Sequence(lambda n: 8.5 + n % 30 / 15)
    register_source = "Erfundenes Verzeichnis"
    position_source = "Erfundenes Verzeichnis"


class TownFigureFactory(Factory):
    class Meta:
        model = TownFigure

    town = factory.SubFactory(TownFactory)
    population_on = date(2024, 12, 31)
    population = factory.Sequence(lambda n: 8_000 + 13 * n % 9_000)
    area_km2 = 64.5
    source = "Erfundenes Verzeichnis"
    area_source = "Erfundenes Verzeichnis"
    quality = "official"


class TownCodeFactory(Factory):
    class Meta:
        model = TownCode

    town_id = factory.LazyFunction(lambda: TownFactory().id)
    ags = factory.Sequence(lambda n: f"98{n:06d}")


class AccountFactory(Factory):
    """``AccountFactory(password="…")`` makes an account that can sign in with it."""

    class Meta:
        model = Account

    class Params:
        password = None

    email = factory.Sequence(lambda n: f"person{n}@rathaus.example")
    first_name = "Renate"
    last_name = factory.Sequence(lambda n: f"Muster-{n}")
    salutation = ""
    password_hash = factory.LazyAttribute(lambda a: hash_password(a.password) if a.password else None)
    is_operator = False
    created_at = factory.LazyFunction(clock.now)
    confirmed_at = factory.LazyFunction(clock.now)


class MembershipFactory(Factory):
    class Meta:
        model = Membership

    account = factory.SubFactory(AccountFactory)
    town = factory.SubFactory(TownFactory, taking_part=True)
    role = "lead"
    state = "confirmed"
    is_home = True
    requested_at = factory.LazyFunction(clock.now)
    confirmed_at = factory.LazyAttribute(lambda m: clock.now() if m.state == "confirmed" else None)


class OneTimeLinkFactory(Factory):
    """``OneTimeLinkFactory(token="…")``: the row behind the link with these characters."""

    class Meta:
        model = OneTimeLink

    class Params:
        token = factory.LazyFunction(new_token)

    token_hash = factory.LazyAttribute(lambda link: token_hash(link.token))
    purpose = "password"
    account_id = factory.LazyFunction(lambda: AccountFactory().id)
    expires_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=7))


class StanceFactory(Factory):
    class Meta:
        model = Stance

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    subject = "innenstadt"
    state = "strength"
    confirmed_on = factory.LazyFunction(clock.today)
    version = 1
    changed_at = factory.LazyFunction(clock.now)


class StanceDraftFactory(Factory):
    class Meta:
        model = StanceDraft

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    subject = "innenstadt"
    state = "strength"
    confirmed_on = factory.LazyFunction(clock.today)
    origin = "Lauenfurt"
    created_at = factory.LazyFunction(clock.now)


class FocusFactory(Factory):
    class Meta:
        model = Focus

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    thesis = "t01"


class SubscriptionFactory(Factory):
    class Meta:
        model = Subscription

    account_id = factory.LazyFunction(lambda: MembershipFactory().account_id)
    frequency = "monthly"
    token = factory.LazyFunction(new_token)
    consent_at = factory.LazyFunction(clock.now)
    consent_wording = "Ja, bitte schicken Sie mir den Monatsbrief."
    changed_at = factory.LazyFunction(clock.now)


class RoundFactory(Factory):
    class Meta:
        model = Round

    month = factory.LazyFunction(clock.current_month)
    engine_version = "test"
    weights = factory.LazyFunction(dict)
    inputs = factory.LazyFunction(dict)
    notes = factory.LazyFunction(list)
    created_at = factory.LazyFunction(clock.now)


class SuggestionFactory(Factory):
    class Meta:
        model = Suggestion

    round = factory.SubFactory(RoundFactory)
    town = factory.SubFactory(TownFactory, taking_part=True)
    peer = factory.SubFactory(TownFactory, taking_part=True)
    slot = "mutual"
    position = 1
    score = 0.5
    parts = factory.LazyFunction(
        lambda: {"shared": 0.5, "learn": 0.25, "teach": 0.25, "structure": 0.5, "reach": 0.5}
    )
    reasons = factory.LazyFunction(list)


class SuggestionAnswerFactory(Factory):
    class Meta:
        model = SuggestionAnswer

    suggestion_id = factory.LazyFunction(lambda: SuggestionFactory().id)
    answer = "contact"
    via = "page"
    answered_at = factory.LazyFunction(clock.now)


class TalkOutcomeFactory(Factory):
    class Meta:
        model = TalkOutcome

    town = factory.SubFactory(TownFactory, taking_part=True)
    peer = factory.SubFactory(TownFactory, taking_part=True)
    asked_at = factory.LazyFunction(clock.now)


def letter_bytes(letter: Any) -> bytes:
    """The smallest message that a mail server accepts as this letter."""
    message = EmailMessage()
    message["From"], message["To"] = letter.sender, letter.recipient
    message["Subject"], message["Message-ID"] = letter.subject, letter.message_id
    message.set_content("Guten Tag, dies ist ein Brief.\n")
    return message.as_bytes()


class LetterFactory(Factory):
    """A pending letter, due now; its account is any person unless given."""

    class Meta:
        model = Letter

    key = factory.Sequence(lambda n: f"test:{n}")
    account_id = factory.LazyFunction(lambda: AccountFactory().id)
    kind = "test"
    recipient = factory.Sequence(lambda n: f"empfang{n}@rathaus.example")
    sender = "Kleinstadtnetz <post@kleinstadtnetz.example>"
    subject = "Ein Brief"
    message_id = factory.Sequence(lambda n: f"<letter-{n}@kleinstadtnetz.example>")
    content = factory.LazyAttribute(letter_bytes)
    state = "pending"
    next_try_at = factory.LazyFunction(clock.now)
    created_at = factory.LazyFunction(clock.now)


class TownDomainFactory(Factory):
    class Meta:
        model = TownDomain

    town = factory.SubFactory(TownFactory)
    domain = factory.LazyAttribute(lambda entry: f"{entry.town.slug}.example")
    source = "Erfundenes Impressum"
    added_at = factory.LazyFunction(clock.now)


class TownAddressFactory(Factory):
    class Meta:
        model = TownAddress

    class Params:
        town = factory.SubFactory(TownFactory)

    town_id = factory.LazyAttribute(lambda address: address.town.id)
    recipient = factory.LazyAttribute(lambda address: f"Stadt {address.town.name}, Rathaus")
    street = "Am Markt 1"
    postcode = "99998"
    place = factory.LazyAttribute(lambda address: address.town.name)
    email = factory.LazyAttribute(lambda address: f"rathaus@{address.town.slug}.example")
    source = "Erfundenes Impressum"
    changed_at = factory.LazyFunction(clock.now)


class ReportFactory(Factory):
    """An open report about nothing in particular; the reporter left no address."""

    class Meta:
        model = Report

    token = factory.LazyFunction(new_token)
    path = "/staedte"
    reason = "wrong"
    explanation = "Das stimmt nach meinem Wissen so nicht."
    state = "open"
    created_at = factory.LazyFunction(clock.now)


class OperatorTaskFactory(Factory):
    class Meta:
        model = OperatorTask

    kind = "missing_town"
    note = "Neu-Ellernrode"
    created_at = factory.LazyFunction(clock.now)


class InvitationFactory(Factory):
    """An open invitation; ``invited_by`` has to lead the town for its link to hold."""

    class Meta:
        model = Invitation

    town = factory.SubFactory(TownFactory, taking_part=True)
    invited_by = factory.SubFactory(AccountFactory)
    email = factory.Sequence(lambda n: f"eingeladen{n}@rathaus.example")
    role = "editor"
    created_at = factory.LazyFunction(clock.now)


class InvitationObjectionFactory(Factory):
    class Meta:
        model = InvitationObjection

    town_id = factory.LazyFunction(lambda: TownFactory().id)
    since = factory.LazyFunction(clock.now)


class InvitationSeriesFactory(Factory):
    class Meta:
        model = InvitationSeries

    title = "Einladungen im November"
    created_at = factory.LazyFunction(clock.now)


class SeriesLetterFactory(Factory):
    """One letter of a series of its own."""

    class Meta:
        model = SeriesLetter

    class Params:
        series = factory.SubFactory(InvitationSeriesFactory)

    series_id = factory.LazyAttribute(lambda letter: letter.series.id)
    town_id = factory.LazyFunction(lambda: TownFactory().id)
    code = factory.Sequence(lambda n: f"ACDEFG{n:04d}".translate(str.maketrans("01258", "WXYTR")))


class SectionFactory(Factory):
    class Meta:
        model = Section

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    thesis = "t03"
    fields = factory.LazyFunction(lambda: {"formats": [{"format": "Bürgerwerkstatt", "year": 2024}]})
    text = "Zweimal im Jahr, immer im **Bürgerhaus**."
    visibility = "public"
    confirmed_on = factory.LazyFunction(clock.today)
    version = 1
    changed_at = factory.LazyFunction(clock.now)


class SectionVersionFactory(Factory):
    class Meta:
        model = SectionVersion

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    thesis = "t03"
    version = 1
    fields = factory.LazyFunction(lambda: {"formats": [{"format": "Bürgerwerkstatt", "year": 2024}]})
    text = "Zweimal im Jahr, immer im **Bürgerhaus**."
    visibility = "public"
    changed_at = factory.LazyFunction(clock.now)


class SectionDraftFactory(Factory):
    """What an editor has prepared; without an author it was inherited."""

    class Meta:
        model = SectionDraft

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    thesis = "t03"
    fields = factory.LazyFunction(lambda: {"formats": [{"format": "Bürgerrat"}]})
    text = ""
    visibility = "public"
    created_at = factory.LazyFunction(clock.now)


class PictureFactory(Factory):
    """A picture that is shown; its files are not there."""

    class Meta:
        model = Picture

    town_id = factory.LazyFunction(lambda: TownFactory().id)
    token = factory.LazyFunction(lambda: new_token()[:32])
    alternative_text = "Der Marktplatz am Markttag."
    photographer = "Stadt Ellernrode"
    right_of_use = "eigenes Bild der Stadt"
    width = 800
    height = 600
    uploaded_at = factory.LazyFunction(clock.now)
    released_at = factory.LazyFunction(clock.now)


class BookmarkFactory(Factory):
    """A town on the list of another one's town hall."""

    class Meta:
        model = Bookmark

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    marked_town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    marked_at = factory.LazyFunction(clock.now)


class SavedSearchFactory(Factory):
    """A search for towns in one Land, which had found none."""

    class Meta:
        model = SavedSearch

    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    name = factory.Sequence(lambda n: f"Suche {n}")
    query = '{"land": "06"}'
    known = factory.LazyFunction(list)
    saved_at = factory.LazyFunction(clock.now)


class NetworkFactory(Factory):
    """A network without towns; ``contact_town_id`` names who looks after it."""

    class Meta:
        model = Network

    name = factory.Sequence(lambda n: f"Städtenetz Ellernland {n + 1}")
    slug = factory.LazyAttribute(lambda network: network.name.lower().translate(PLAIN))
    sort_key = factory.LazyAttribute(lambda network: network.name.lower())
    kind = "city_network"
    topic = "innenstadt"
    about = "Wir treffen uns **zweimal im Jahr**."
    created_at = factory.LazyFunction(clock.now)


class NetworkMemberFactory(Factory):
    """A town that belongs to a network; one with state="asked" waits."""

    class Meta:
        model = NetworkMember

    network_id = factory.LazyFunction(lambda: NetworkFactory().id)
    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    state = "confirmed"
    asked_at = factory.LazyFunction(clock.now)
    confirmed_at = factory.LazyAttribute(lambda m: m.asked_at if m.state == "confirmed" else None)


class CircleFactory(Factory):
    """A circle that was proposed today; towns and dates have their own factories."""

    class Meta:
        model = Circle

    subject = "innenstadt"
    origin = "operator"
    state = "proposed"
    proposed_at = factory.LazyFunction(clock.now)
    answer_by = factory.LazyFunction(lambda: clock.today() + timedelta(days=28))
    started_at = factory.LazyAttribute(lambda c: c.proposed_at if c.state == "running" else None)


class CircleTownFactory(Factory):
    """A town asked for a circle, or in it with answer="yes"."""

    class Meta:
        model = CircleTown

    circle_id = factory.LazyFunction(lambda: CircleFactory().id)
    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    position = 1


class CircleMeetingFactory(Factory):
    """A date of a circle, not yet settled."""

    class Meta:
        model = CircleMeeting

    circle_id = factory.LazyFunction(lambda: CircleFactory(state="running").id)
    number = 1
    due_by = factory.LazyFunction(lambda: clock.today() + timedelta(days=90))
