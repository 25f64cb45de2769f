"""Rows for tests, complete and plausible unless a test says otherwise; each is committed at once.

All towns and persons are invented: names in no register, addresses under ``.example``.
"""

from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.suppressions import hashes
from kleinstadt_net.models import (
    Account,
    Adoption,
    Appointment,
    AppointmentSlot,
    Attachment,
    Bookmark,
    Bounce,
    CalendarFeed,
    Circle,
    CircleMeeting,
    CircleTown,
    DigestFeed,
    DigestIssue,
    Event,
    EventRegistration,
    Exchange,
    Focus,
    Invitation,
    InvitationObjection,
    InvitationSeries,
    Letter,
    Membership,
    Message,
    Network,
    NetworkMember,
    Notification,
    OneTimeLink,
    OperatorAlert,
    OperatorTask,
    Outcome,
    PeerReview,
    PeerReviewTown,
    Picture,
    Practice,
    PracticeSubject,
    Question,
    QuestionAnswer,
    QuestionSubject,
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
    TalkRecord,
    Town,
    TownAddress,
    TownBlock,
    TownCode,
    TownDomain,
    TownFigure,
)
from kleinstadt_net.search.folding import search_fold
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


class DigestIssueFactory(Factory):
    """This month's, with nothing to tell; ``DigestIssueFactory(token="…")`` can be read behind these characters."""

    class Meta:
        model = DigestIssue

    class Params:
        token = None

    account_id = factory.LazyFunction(lambda: MembershipFactory().account_id)
    period = factory.LazyFunction(clock.current_month)
    outcome = "nothing_new"
    view_token_hash = factory.LazyAttribute(lambda issue: token_hash(issue.token) if issue.token else None)
    at = factory.LazyFunction(clock.now)


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


class BounceFactory(Factory):
    """``BounceFactory(address="…")``: a report that this address is no good, about a letter that is gone."""

    class Meta:
        model = Bounce

    class Params:
        address = "anna@rathaus.example"

    report_key = factory.Sequence(lambda n: f"report-{n}@mail.example")
    address_hash = factory.LazyAttribute(lambda bounce: hashes(bounce.address)[0])
    kind = "hard"
    status = "5.1.1"
    at = factory.LazyFunction(clock.now)


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


class OperatorAlertFactory(Factory):
    """Something of today that nobody has been told yet."""

    class Meta:
        model = OperatorAlert

    code = "letters_waiting"
    day = factory.LazyFunction(clock.today)
    first_at = factory.LazyFunction(clock.now)
    last_at = factory.LazyFunction(clock.now)


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


class ExchangeFactory(Factory):
    """A request that waits; state="talking" makes a talk both agreed to by the page."""

    class Meta:
        model = Exchange

    town = factory.SubFactory(TownFactory, taking_part=True)
    peer = factory.SubFactory(TownFactory, taking_part=True)
    origin = "request"
    subject = "innenstadt"
    form = "telephone"
    concern = "In der Langen Straße stehen sechs Läden leer."
    need = "Ihr Muster für den Mietvertrag auf Zeit."
    query = ""
    query_reply = ""
    state = "requested"
    open_pair = factory.LazyAttribute(
        lambda row: (
            ":".join(str(one) for one in sorted((row.town.id, row.peer.id)))
            if row.state in ("requested", "talking")
            else None
        )
    )
    requested_at = factory.LazyFunction(clock.now)
    accepted_at = factory.LazyAttribute(lambda row: clock.now() if row.state == "talking" else None)
    accepted_via = factory.LazyAttribute(lambda row: "page" if row.state == "talking" else None)
    changed_at = factory.LazyAttribute(lambda row: row.requested_at)
    version = 1


class MessageFactory(Factory):
    """A message of the town that asked for the talk."""

    class Meta:
        model = Message

    class Params:
        exchange = factory.SubFactory(ExchangeFactory, state="talking")

    exchange_id = factory.LazyAttribute(lambda row: row.exchange.id)
    town_id = factory.LazyAttribute(lambda row: row.exchange.town_id)
    account_id = None
    text = "Passt Ihnen ein Anruf am **Vormittag**?"
    written_at = factory.LazyFunction(clock.now)


class TownBlockFactory(Factory):
    """One town has ended the contact with another."""

    class Meta:
        model = TownBlock

    class Params:
        town = factory.SubFactory(TownFactory, taking_part=True)
        peer = factory.SubFactory(TownFactory, taking_part=True)

    town_id = factory.LazyAttribute(lambda row: row.town.id)
    peer_id = factory.LazyAttribute(lambda row: row.peer.id)
    blocked_at = factory.LazyFunction(clock.now)


class AppointmentFactory(Factory):
    """A proposal of the town that asked, for tomorrow; with state="agreed" the date, one day ahead."""

    class Meta:
        model = Appointment

    class Params:
        exchange = factory.SubFactory(ExchangeFactory, state="talking")
        begins = factory.LazyFunction(lambda: clock.now() + timedelta(days=1))

    exchange_id = factory.LazyAttribute(lambda row: row.exchange.id)
    town_id = factory.LazyAttribute(lambda row: row.exchange.town_id)
    form = "video"
    place = ""
    link = "https://treffen.example/raum"
    note = ""
    state = "proposed"
    starts_at = factory.LazyAttribute(lambda row: row.begins if row.state == "agreed" else None)
    ends_at = factory.LazyAttribute(
        lambda row: row.begins + timedelta(hours=1) if row.state == "agreed" else None
    )
    open_in = factory.LazyAttribute(lambda row: row.exchange.id if row.state == "proposed" else None)
    uid = factory.Sequence(lambda n: f"gespraech-{n}@netz.example")
    sequence = 0
    proposed_at = factory.LazyFunction(clock.now)
    agreed_at = factory.LazyAttribute(lambda row: clock.now() if row.state == "agreed" else None)
    changed_at = factory.LazyFunction(clock.now)
    version = 1
    slots = factory.LazyAttribute(
        lambda row: [
            AppointmentSlot(
                position=number,
                starts_at=row.begins + timedelta(days=number - 1),
                ends_at=row.begins + timedelta(days=number - 1, hours=1),
            )
            for number in (1, 2)
        ]
    )


class TalkRecordFactory(Factory):
    """What the town that asked has noted of a talk today."""

    class Meta:
        model = TalkRecord

    class Params:
        exchange = factory.SubFactory(ExchangeFactory, state="talking")

    exchange_id = factory.LazyAttribute(lambda row: row.exchange.id)
    town_id = factory.LazyAttribute(lambda row: row.exchange.town_id)
    held_on = factory.LazyFunction(clock.today)
    present = "Renate Muster, Bürgermeisterin"
    result = "Wir bekommen den Mustervertrag."
    next_step = ""
    created_at = factory.LazyFunction(clock.now)
    changed_at = factory.LazyFunction(clock.now)
    version = 1


class CalendarFeedFactory(Factory):
    """``CalendarFeedFactory(token="…")``: the calendar behind the address with these characters."""

    class Meta:
        model = CalendarFeed

    class Params:
        token = factory.LazyFunction(new_token)

    account_id = factory.LazyFunction(lambda: AccountFactory().id)
    secret_hash = factory.LazyAttribute(lambda feed: token_hash(feed.token))
    created_at = factory.LazyFunction(clock.now)


class DigestFeedFactory(Factory):
    """``DigestFeedFactory(token="…")``: the feed behind the address with these characters."""

    class Meta:
        model = DigestFeed

    class Params:
        token = factory.LazyFunction(new_token)

    account_id = factory.LazyFunction(lambda: AccountFactory().id)
    secret_hash = factory.LazyAttribute(lambda feed: token_hash(feed.token))
    created_at = factory.LazyFunction(clock.now)


class OutcomeFactory(Factory):
    """A question to the town that asked for a talk, not answered yet."""

    class Meta:
        model = Outcome

    class Params:
        exchange = factory.SubFactory(ExchangeFactory, state="talking")

    exchange_id = factory.LazyAttribute(lambda row: row.exchange.id)
    town_id = factory.LazyAttribute(lambda row: row.exchange.town_id)
    question = "became"
    asked_at = factory.LazyFunction(clock.now)


class EventFactory(Factory):
    """An event of a town in two weeks, on site."""

    class Meta:
        model = Event

    class Params:
        town = factory.SubFactory(TownFactory, taking_part=True)

    title = "Rundgang durch die belebten Läden"
    text = "Wir zeigen, was aus sechs leeren Läden geworden ist."
    subject = "innenstadt"
    # In the morning, whatever time it is now: no event may end on another day.
    starts_at = factory.LazyFunction(
        lambda: datetime.combine(clock.today() + timedelta(days=14), time(10), tzinfo=territory.TIME_ZONE)
    )
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(hours=2))
    place = "Rathaus, Sitzungssaal"
    organiser = "town"
    town_id = factory.LazyAttribute(lambda row: row.town.id if row.organiser == "town" else None)
    state = "announced"
    created_at = factory.LazyFunction(clock.now)
    changed_at = factory.LazyFunction(clock.now)
    version = 1


class EventRegistrationFactory(Factory):
    class Meta:
        model = EventRegistration

    event_id = factory.LazyFunction(lambda: EventFactory().id)
    account_id = factory.LazyFunction(lambda: AccountFactory().id)
    town_id = factory.LazyFunction(lambda: TownFactory(taking_part=True).id)
    registered_at = factory.LazyFunction(clock.now)


class PeerReviewFactory(Factory):
    """A question of a town that takes part; the invited towns are rows of their own (``guests``)."""

    class Meta:
        model = PeerReview

    class Params:
        host = factory.SubFactory(TownFactory, taking_part=True)

    host_id = factory.LazyAttribute(lambda row: row.host.id)
    subject = "innenstadt"
    question = "Wie bekommen wir die Eigentümer der leeren Läden an einen Tisch?"
    state = "open"
    created_at = factory.LazyFunction(clock.now)
    changed_at = factory.LazyFunction(clock.now)
    version = 1

    @factory.post_generation
    def guests(self, create: bool, town_ids: Any, **_: Any) -> None:
        if create:
            db.session.add_all(
                PeerReviewTown(peer_review_id=self.id, town_id=one, role="advises", invited_at=clock.now())
                for one in town_ids or ()
            )
            db.session.commit()


class PracticeFactory(Factory):
    """A released example of a town that takes part; subjects are rows of their own (``subjects``)."""

    class Meta:
        model = Practice

    class Params:
        town = factory.SubFactory(TownFactory, taking_part=True)

    town_id = factory.LazyAttribute(lambda row: row.town.id)
    title = "Leere Läden auf Zeit vermieten"
    slug = "leere-laeden-auf-zeit-vermieten"
    problem = "In der Langen Straße standen sechs Läden leer."
    steps = factory.LazyFunction(
        lambda: ["Eigentümerinnen und Eigentümer angerufen.", "Mietvertrag geschlossen."]
    )
    cost_band = "to_50"
    duration = "to_12"
    instrument = "contract"
    contact_office = "Wirtschaftsförderung"
    success_factors = ""
    failures = ""
    search_text = factory.LazyAttribute(lambda row: search_fold(row.title, row.problem))
    state = "released"
    version = 1
    created_at = factory.LazyFunction(clock.now)
    changed_at = factory.LazyFunction(clock.now)
    released_at = factory.LazyAttribute(lambda row: clock.now() if row.state == "released" else None)

    @factory.post_generation
    def subjects(self, create: bool, keys: Any, **_: Any) -> None:
        if create:
            db.session.add_all(
                PracticeSubject(practice_id=self.id, subject=key) for key in keys or ("innenstadt",)
            )
            db.session.commit()


class AttachmentFactory(Factory):
    """The row of a released document; its file the test writes where it is read. Needs its message or example."""

    class Meta:
        model = Attachment

    token = factory.LazyFunction(lambda: new_token()[:32])
    name = "Mustervertrag.pdf"
    kind = "pdf"
    size = 4
    uploaded_at = factory.LazyFunction(clock.now)
    released_at = factory.LazyFunction(clock.now)


class AdoptionFactory(Factory):
    """A town that repeats an example and is at it; its lead has said so."""

    class Meta:
        model = Adoption

    class Params:
        town = factory.SubFactory(TownFactory, taking_part=True)

    practice_id = factory.LazyFunction(lambda: PracticeFactory().id)
    town_id = factory.LazyAttribute(lambda row: row.town.id)
    state = "running"
    changed = ""
    why = ""
    released_at = factory.LazyFunction(clock.now)
    created_at = factory.LazyFunction(clock.now)
    updated_at = factory.LazyFunction(clock.now)
    version = 1


class NotificationFactory(Factory):
    """A line nobody has read, for somebody who acts for the town; mode="daily" waits for the letter of the day."""

    class Meta:
        model = Notification

    class Params:
        membership = factory.SubFactory(MembershipFactory)

    key = factory.Sequence(lambda n: f"answer_written:{n}")
    account_id = factory.LazyAttribute(lambda row: row.membership.account_id)
    town_id = factory.LazyAttribute(lambda row: row.membership.town_id)
    kind = "answers"
    title = "Auf Ihre Frage gibt es eine Antwort"
    detail = "Wer hat leere Läden auf Zeit vermietet?"
    path = "/fragen"
    mode = "daily"
    created_at = factory.LazyFunction(clock.now)


class QuestionFactory(Factory):
    """An open question of a town that takes part; ``subjects`` are rows of their own."""

    class Meta:
        model = Question

    class Params:
        town = factory.SubFactory(TownFactory, taking_part=True)

    town_id = factory.LazyAttribute(lambda row: row.town.id)
    title = "Wer hat leere Läden auf Zeit vermietet?"
    text = "In unserer Hauptstraße stehen sechs Läden leer."
    is_anonymous = False
    search_text = factory.LazyAttribute(lambda row: f" {search_fold(row.title, row.text)}")
    state = "open"
    asked_at = factory.LazyFunction(clock.now)
    deadline = factory.LazyFunction(lambda: clock.today() + timedelta(days=21))
    summary = ""

    @factory.post_generation
    def subjects(self, create: bool, keys: Any, **_: Any) -> None:
        if create:
            db.session.add_all(
                QuestionSubject(question_id=self.id, subject=key) for key in keys or ("innenstadt",)
            )
            db.session.commit()


class QuestionAnswerFactory(Factory):
    """An answer of a town that takes part."""

    class Meta:
        model = QuestionAnswer

    class Params:
        town = factory.SubFactory(TownFactory, taking_part=True)

    question_id = factory.LazyFunction(lambda: QuestionFactory().id)
    town_id = factory.LazyAttribute(lambda row: row.town.id)
    text = "Wir haben die Eigentümer einzeln angerufen."
    created_at = factory.LazyFunction(clock.now)
