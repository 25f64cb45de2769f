"""A small world in which every route finds what its URL names, and every role to knock at it."""

import mailbox
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule as UrlRule

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.files import store
from kleinstadt_net.models import (
    Account,
    Attachment,
    Exchange,
    Message,
    Network,
    OneTimeLink,
    Picture,
    Report,
    SeriesLetter,
    Subscription,
)
from kleinstadt_net.security.tokens import new_token, token_hash
from kleinstadt_net.services import attachments, digest_inspection, email_change, job_runs, pictures, sessions
from kleinstadt_net.services.accounts import PASSWORD_PURPOSE
from kleinstadt_net.services.addresses import PURPOSE as REACHABLE_PURPOSE
from kleinstadt_net.services.circle_letters import ANSWER_PURPOSE as CIRCLE_PURPOSE
from kleinstadt_net.services.digest_consent import CONFIRM_PURPOSE
from kleinstadt_net.services.digest_letter import ANSWER_PURPOSE, STILL_TRUE_PURPOSE
from kleinstadt_net.services.exchange_letters import ANSWER_PURPOSE as EXCHANGE_PURPOSE
from kleinstadt_net.services.exchange_letters import REVOKE_PURPOSE
from kleinstadt_net.services.inactivity import PURPOSE as STILL_HERE_PURPOSE
from kleinstadt_net.services.invitations import PURPOSE as INVITATION_PURPOSE
from kleinstadt_net.services.outcomes import PURPOSE as OUTCOME_PURPOSE
from kleinstadt_net.services.report_letters import TOWN_PURPOSE as REPORT_PURPOSE
from kleinstadt_net.services.sign_up import PURPOSE as SIGN_UP_PURPOSE
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
    domain_id: int
    mailbox_key: str
    sign_up_token: str
    report: Report
    report_town_token: str
    task_id: int

    def account(self, role: str) -> Account | None:
        people = {"lead": self.cast.mayor, "editor": self.cast.colleague, "anonymous": None}
        return people[role] if role in people else getattr(self.cast, role)

    @cached_property
    def invitation(self) -> tuple[int, str]:
        """An open invitation of the mayor's; its id and what its link ends with."""
        row, token = make.InvitationFactory(town=self.cast.town, invited_by=self.cast.mayor), new_token()
        make.OneTimeLinkFactory(
            token=token, purpose=INVITATION_PURPOSE, account_id=self.cast.mayor.id, target_id=row.id
        )
        return row.id, token

    @cached_property
    def email_token(self) -> str:
        """What the link to the mayor's new address ends with."""
        email_change.request(self.cast.mayor.id, "neu@ellernrode.example")
        token = new_token()
        db.session.execute(
            update(OneTimeLink)
            .where(OneTimeLink.purpose == email_change.PURPOSE)
            .values(token_hash=token_hash(token))
        )
        db.session.commit()
        return token

    @cached_property
    def reachable_token(self) -> str:
        """What the link to the mayor's own address ends with by which letters go there again."""
        letter = make.LetterFactory(account_id=self.cast.mayor.id, recipient=self.cast.mayor.email)
        token = new_token()
        make.OneTimeLinkFactory(
            token=token, purpose=REACHABLE_PURPOSE, account_id=self.cast.mayor.id, target_id=letter.id
        )
        return token

    @cached_property
    def digest_confirm_token(self) -> str:
        """What the link ends with by which the mayor orders the Monatsbrief again."""
        token = new_token()
        make.OneTimeLinkFactory(
            token=token, purpose=CONFIRM_PURPOSE, account_id=self.cast.mayor.id, target_id=1
        )
        return token

    @cached_property
    def still_here_token(self) -> str:
        """What the link of a warning to the mayor ends with."""
        token = new_token()
        make.OneTimeLinkFactory(token=token, purpose=STILL_HERE_PURPOSE, account_id=self.cast.mayor.id)
        return token

    @cached_property
    def objection_id(self) -> int:
        """A town that does not want to be invited."""
        made: int = make.InvitationObjectionFactory().id
        return made

    @cached_property
    def series_letter(self) -> SeriesLetter:
        """A printed invitation to a town that does not take part."""
        made: SeriesLetter = make.SeriesLetterFactory()
        return made

    @cached_property
    def picture(self) -> Picture:
        """The town's picture."""
        made: Picture = make.PictureFactory(town_id=self.cast.town.id)
        store.write(pictures.FOLDER, f"{made.token}-{made.width}.jpg", b"JPEG")
        return made

    @cached_property
    def session_id(self) -> int:
        """Another browser of the mayor's."""
        sessions.open_session(self.cast.mayor.id, "Firefox auf Windows")
        db.session.commit()
        return sessions.own(self.cast.mayor.id, 0)[0].session_id

    @cached_property
    def inspected(self) -> str:
        """What the address ends with under which the operator looks at the mayor's letter."""
        return digest_inspection.open_for(self.cast.operator.id, self.cast.mayor.email) or ""

    @cached_property
    def undelivered_id(self) -> int:
        """A letter to the mayor that was given up."""
        made: int = make.LetterFactory(account_id=self.cast.mayor.id, state="failed").id
        return made

    @cached_property
    def search_id(self) -> int:
        """A search the mayor's town hall has saved."""
        made: int = make.SavedSearchFactory(town_id=self.cast.town.id).id
        return made

    @cached_property
    def declined_token(self) -> str:
        """What a link of the mayor's ends with that has just declined a suggestion."""
        row = make.SuggestionFactory(
            round=make.RoundFactory(month="2020-02"), town=self.cast.town, peer=self.cast.other_town
        )
        make.SuggestionAnswerFactory(suggestion_id=row.id, answer="declined", via="letter")
        token = new_token()
        make.OneTimeLinkFactory(
            token=token, purpose=ANSWER_PURPOSE, account_id=self.cast.mayor.id, target_id=row.id,
            used_at=clock.now(),
        )  # fmt: skip
        return token

    @cached_property
    def still_true_token(self) -> str:
        """What the mayor's link ends with that asks whether an old statement still holds."""
        row, token = (
            make.StanceFactory(town_id=self.cast.town.id, subject="ehrenamt", confirmed_on=date(2020, 1, 1)),
            new_token(),
        )
        make.OneTimeLinkFactory(
            token=token, purpose=STILL_TRUE_PURPOSE, account_id=self.cast.mayor.id, target_id=row.id
        )
        return token

    @cached_property
    def outcome_token(self) -> str:
        """What the mayor's link ends with that asks what came of a talk."""
        row, token = (
            make.OutcomeFactory(exchange=make.ExchangeFactory(town=self.cast.town, state="talking")),
            new_token(),
        )
        make.OneTimeLinkFactory(
            token=token, purpose=OUTCOME_PURPOSE, account_id=self.cast.mayor.id, target_id=row.id
        )
        return token

    @cached_property
    def known_ags(self) -> str:
        """A town that the mayor's has said it knows."""
        row = make.SuggestionFactory(round=make.RoundFactory(month="2020-01"), town=self.cast.town)
        make.SuggestionAnswerFactory(suggestion_id=row.id, answer="known")
        return str(row.peer.ags)

    @cached_property
    def marked_ags(self) -> str:
        """A town on the list of the mayor's town hall."""
        make.BookmarkFactory(town_id=self.cast.town.id, marked_town_id=self.cast.other_town.id)
        return self.cast.other_town.ags

    @cached_property
    def waiting_picture_id(self) -> int:
        """A picture that waits for a lead."""
        made: int = make.PictureFactory(town_id=self.cast.town.id, released_at=None).id
        return made

    @cached_property
    def network(self) -> Network:
        """A network the town looks after; the other town would like to belong."""
        made: Network = make.NetworkFactory(contact_town_id=self.cast.town.id)
        make.NetworkMemberFactory(network_id=made.id, town_id=self.cast.town.id)
        make.NetworkMemberFactory(network_id=made.id, town_id=self.cast.other_town.id, state="asked")
        return made

    @cached_property
    def editors_draft_id(self) -> int:
        """A statement the colleague would like to see."""
        made = make.StanceDraftFactory(
            town_id=self.cast.town.id, subject="waerme", origin=None, author_id=self.cast.colleague.id
        )
        return int(made.id)

    @cached_property
    def circle_id(self) -> int:
        """A running circle the town is in."""
        made = make.CircleFactory(state="running")
        for position, town_id in enumerate(
            (self.cast.town.id, make.TownFactory(taking_part=True).id), start=1
        ):
            make.CircleTownFactory(circle_id=made.id, town_id=town_id, answer="yes", position=position)
        make.CircleMeetingFactory(circle_id=made.id, host_id=self.cast.town.id)
        return int(made.id)

    @cached_property
    def proposed_circle_id(self) -> int:
        """A circle the town is asked for, which is nobody else's business."""
        made = make.CircleFactory()
        make.CircleTownFactory(circle_id=made.id, town_id=self.cast.town.id)
        return int(made.id)

    @cached_property
    def circle_token(self) -> str:
        """The mayor's link to answer whether her town joins another circle."""
        asked = make.CircleFactory()
        row = make.CircleTownFactory(circle_id=asked.id, town_id=self.cast.town.id)
        make.CircleTownFactory(circle_id=asked.id, town_id=self.cast.other_town.id, position=2)
        token = new_token()
        make.OneTimeLinkFactory(
            token=token, purpose=CIRCLE_PURPOSE, account_id=self.cast.mayor.id, target_id=row.id
        )
        return token

    @cached_property
    def section_draft_id(self) -> int:
        """A draft of a section that waits, beside the section with its version."""
        make.SectionFactory(town_id=self.cast.town.id, thesis="t03")
        make.SectionVersionFactory(town_id=self.cast.town.id, thesis="t03")
        made: int = make.SectionDraftFactory(town_id=self.cast.town.id, author_id=self.cast.colleague.id).id
        return made

    @cached_property
    def exchange_id(self) -> int:
        """A talk of the town's with a third town, with a message."""
        asker = make.MembershipFactory()
        row = make.ExchangeFactory(
            town=asker.town, peer=self.cast.town, state="talking", opened_by_id=asker.account_id
        )
        make.MessageFactory(exchange=row, account_id=asker.account_id)
        made: int = row.id
        return made

    @cached_property
    def sent_document(self) -> Attachment:
        """A document of the talk's message."""
        message_id = db.session.scalars(
            select(Message.id).where(Message.exchange_id == self.exchange_id)
        ).first()
        made: Attachment = make.AttachmentFactory(message_id=message_id)
        store.write(attachments.FOLDER, made.token, b"%PDF")
        return made

    @cached_property
    def blocked_ags(self) -> str:
        """A town the town has ended the contact with."""
        peer = make.TownFactory(taking_part=True)
        make.TownBlockFactory(town_id=self.cast.town.id, peer_id=peer.id)
        ags: str = peer.ags
        return ags

    @cached_property
    def appointment_id(self) -> int:
        """Times the other town of that talk proposes."""
        row = db.session.get_one(Exchange, self.exchange_id)
        made: int = make.AppointmentFactory(exchange=row).id
        return made

    @cached_property
    def record_id(self) -> int:
        """What the town has noted of that talk."""
        row = db.session.get_one(Exchange, self.exchange_id)
        made: int = make.TalkRecordFactory(exchange=row, town_id=self.cast.town.id).id
        return made

    @cached_property
    def calendar_token(self) -> str:
        """What the address of the mayor's private calendar ends with."""
        token = new_token()
        make.CalendarFeedFactory(token=token, account_id=self.cast.mayor.id)
        return token

    @cached_property
    def digest_feed_token(self) -> str:
        """What the address of the mayor's private feed of letters ends with."""
        token = new_token()
        make.DigestFeedFactory(token=token, account_id=self.cast.mayor.id)
        return token

    @cached_property
    def past_letter(self) -> tuple[str, str]:
        """The month of a letter of the mayor's and of her colleague's, and what the address of hers ends with."""
        message = EmailMessage()
        message.set_content("Guten Tag")
        message.add_alternative("<title>Ein Brief</title><h1>Guten Tag</h1>", subtype="html")
        tokens = [new_token(), new_token()]
        issues = []
        for person, token in zip((self.cast.mayor, self.cast.colleague), tokens, strict=True):
            letter = make.LetterFactory(account_id=person.id, kind="digest", content=message.as_bytes())
            issues.append(
                make.DigestIssueFactory(
                    account_id=person.id, outcome="written", letter_id=letter.id, token=token
                )
            )
        return issues[0].period, tokens[0]

    @cached_property
    def requested_id(self) -> int:
        """A request to the town."""
        made: int = make.ExchangeFactory(peer=self.cast.town).id
        return made

    @cached_property
    def exchange_token(self) -> str:
        """What the mayor's link ends with that answers a request."""
        row, token = make.ExchangeFactory(peer=self.cast.town), new_token()
        make.MembershipFactory(town=row.town)
        make.OneTimeLinkFactory(
            token=token, purpose=EXCHANGE_PURPOSE, account_id=self.cast.mayor.id, target_id=row.id
        )
        return token

    @cached_property
    def revoke_token(self) -> str:
        """What the mayor's link ends with that takes back a consent given by a link."""
        row = make.ExchangeFactory(peer=self.cast.town, state="talking", accepted_via="letter")
        token = new_token()
        make.OneTimeLinkFactory(
            token=token, purpose=REVOKE_PURPOSE, account_id=self.cast.mayor.id, target_id=row.id
        )
        return token

    @cached_property
    def asked_ags(self) -> str:
        """A town that can be asked for a talk."""
        made: str = make.TownFactory(taking_part=True).ags
        return made

    @cached_property
    def event_id(self) -> int:
        """An event the town invites to."""
        made: int = make.EventFactory(town_id=self.cast.town.id, account_id=self.cast.mayor.id).id
        return made

    @cached_property
    def circles_event_id(self) -> int:
        """One of a circle the town is in; whoever acts for the town may change it."""
        circle = make.CircleFactory(state="running")
        make.CircleTownFactory(circle_id=circle.id, town_id=self.cast.town.id, answer="yes")
        made: int = make.EventFactory(organiser="circle", circle_id=circle.id).id
        return made

    @cached_property
    def operators_event_id(self) -> int:
        """One the operator invites to."""
        made: int = make.EventFactory(organiser="operator").id
        return made

    @cached_property
    def notification_id(self) -> int:
        """A line in the mayor's list."""
        made: int = make.NotificationFactory(account_id=self.cast.mayor.id, town_id=self.cast.town.id).id
        return made

    @cached_property
    def peer_review_id(self) -> int:
        """A peer review the town has invited to."""
        made: int = make.PeerReviewFactory(host_id=self.cast.town.id).id
        return made

    @cached_property
    def invited_to_id(self) -> int:
        """One the town is invited to."""
        made: int = make.PeerReviewFactory(guests=[self.cast.town.id]).id
        return made

    @cached_property
    def practice_ids(self) -> dict[str, int]:
        """Examples of the town by state; "waits" is a draft its editor has submitted."""
        town_id, author = self.cast.town.id, self.cast.colleague.id
        made = {
            state: make.PracticeFactory(town_id=town_id, changed_by_id=author, state=state)
            for state in ("draft", "released", "archived")
        }
        waits = make.PracticeFactory(
            town_id=town_id, changed_by_id=author, state="draft", submitted_at=clock.now()
        )
        return {**{state: row.id for state, row in made.items()}, "waits": waits.id}

    @cached_property
    def released_document(self) -> Attachment:
        """A document of the town's example that everybody may read."""
        return self._document(released_at=clock.now())

    @cached_property
    def waiting_document(self) -> Attachment:
        """One that waits for a lead."""
        return self._document(released_at=None)

    def _document(self, **given: Any) -> Attachment:
        made: Attachment = make.AttachmentFactory(practice_id=self.practice_ids["released"], **given)
        store.write(attachments.FOLDER, made.token, b"%PDF")
        return made

    @cached_property
    def question_id(self) -> int:
        """A question of the town, without an answer."""
        made: int = make.QuestionFactory(
            town_id=self.cast.town.id, author_id=self.cast.colleague.id, subjects=("kultur",)
        ).id
        return made

    @cached_property
    def answered_id(self) -> int:
        """Another one, with an answer of the town's own and one of a third town."""
        made: int = make.QuestionFactory(town_id=self.cast.town.id, author_id=self.cast.colleague.id).id
        return made

    @cached_property
    def own_answer_id(self) -> int:
        made: int = make.QuestionAnswerFactory(question_id=self.answered_id, town_id=self.cast.town.id).id
        return made

    @cached_property
    def foreign_answer_id(self) -> int:
        made: int = make.QuestionAnswerFactory(question_id=self.answered_id).id
        return made

    @cached_property
    def message_report_id(self) -> int:
        """A report about a message of the town's that waits for the operator."""
        row = make.MessageFactory(exchange_id=self.exchange_id, town_id=self.cast.town.id)
        made: int = make.ReportFactory(
            target_kind="message", target_id=row.id, town_id=self.cast.town.id, path="/gespraeche"
        ).id
        return made

    @cached_property
    def question_report_id(self) -> int:
        """One about a question, which means an answer."""
        made: int = make.ReportFactory(
            target_kind="question", target_id=self.answered_id, town_id=self.cast.town.id, path="/fragen"
        ).id
        return made

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What stands in a URL, by the argument's name or, where that is not enough, endpoint and name."""
        return {
            "ags": self.cast.town.ags,
            "slug": self.cast.town.slug,
            "subject": "innenstadt",
            "thesis": "t03",
            "number": 1,
            "section_draft_id": self.section_draft_id,
            "pages.thesis:key": "t01",
            "pages.topic:key": "innenstadt",
            "token": self.subscription.token,
            "month": self.past_letter[0],
            "digests.read:token": self.past_letter[1],
            "digests.feed:token": self.digest_feed_token,
            "digests.confirm:token": self.digest_confirm_token,
            "digests.act_on_confirmation:token": self.digest_confirm_token,
            "digests.answer:token": self.answer_token,
            "digests.give_answer:token": self.answer_token,
            "digests.give_reason:token": self.declined_token,
            "digests.still_true:token": self.still_true_token,
            "digests.confirm_still_true:token": self.still_true_token,
            "outcomes.asked:token": self.outcome_token,
            "outcomes.answer:token": self.outcome_token,
            "circles.asked:token": self.circle_token,
            "circles.give:token": self.circle_token,
            "circle_id": self.circle_id,
            "exchange_id": self.exchange_id,
            "appointment_id": self.appointment_id,
            "record_id": self.record_id,
            "appointments.feed:token": self.calendar_token,
            "kind": "odt",
            "exchanges.hand_on:exchange_id": self.requested_id,
            "exchanges.ask:ags": self.asked_ags,
            "exchanges.file:token": self.sent_document.token,
            "exchanges.contact:ags": self.asked_ags,
            "exchanges.end_contact:ags": self.asked_ags,
            "exchanges.allow_contact:ags": self.blocked_ags,
            "exchanges.asked:token": self.exchange_token,
            "exchanges.answer_by_link:token": self.exchange_token,
            "exchanges.agreed:token": self.revoke_token,
            "exchanges.revoke_by_link:token": self.revoke_token,
            "circles.show:circle_id": self.proposed_circle_id,
            "circles.answer:circle_id": self.proposed_circle_id,
            "suggestions.undo_known:ags": self.known_ags,
            "accounts.set_password:token": self.password_token,
            "accounts.confirm_email:token": self.email_token,
            "accounts.reachable_again:token": self.reachable_token,
            "privacy.still_here:token": self.still_here_token,
            "privacy.stay:token": self.still_here_token,
            "objection_id": self.objection_id,
            "series_id": self.series_letter.series_id,
            "outreach.objection:token": self.series_letter.code,
            "outreach.object_by_code:token": self.series_letter.code,
            "search_id": self.search_id,
            "letter_id": self.undelivered_id,
            "signed": self.inspected,
            "bookmarks.mark:ags": self.marked_ags,
            "bookmarks.edit_note:ags": self.marked_ags,
            "bookmarks.strike:ags": self.marked_ags,
            "network": self.network.slug,
            "networks.decide:ags": self.cast.other_town.ags,
            "networks.decide_as_operator:ags": self.cast.other_town.ags,
            "event_id": self.event_id,
            "events.edit:event_id": self.circles_event_id,
            "events.cancel:event_id": self.circles_event_id,
            "events.edit_as_operator:event_id": self.operators_event_id,
            "events.cancel_as_operator:event_id": self.operators_event_id,
            "notification_id": self.notification_id,
            "peer_review_id": self.peer_review_id,
            "peer_reviews.answer:peer_review_id": self.invited_to_id,
            "practice_id": self.practice_ids["released"],
            "practices.edit:practice_id": self.practice_ids["draft"],
            "practices.save:practice_id": self.practice_ids["draft"],
            "practices.delete:practice_id": self.practice_ids["draft"],
            "practices.restore:practice_id": self.practice_ids["archived"],
            "practices.withdraw:practice_id": self.practice_ids["waits"],
            "practices.release:practice_id": self.practice_ids["waits"],
            "practices.give_back:practice_id": self.practice_ids["waits"],
            "practices.document:token": self.released_document.token,
            "document_id": self.released_document.id,
            "practices.release_document:document_id": self.waiting_document.id,
            "question_id": self.question_id,
            "questions.helped:question_id": self.answered_id,
            "questions.withdraw_answer:question_id": self.answered_id,
            "questions.helped:answer_id": self.foreign_answer_id,
            "questions.withdraw_answer:answer_id": self.own_answer_id,
            "picture_id": self.picture.id,
            "pictures.release:picture_id": self.waiting_picture_id,
            "pictures.show:token": self.picture.token,
            "width": self.picture.width,
            "session_id": self.session_id,
            "sign_up.confirm:token": self.sign_up_token,
            "sign_up.act_on_confirmation:token": self.sign_up_token,
            "suggestion_id": self.suggestion_id,
            "draft_id": self.draft_id,
            "stances.release:draft_id": self.editors_draft_id,
            "stances.give_back:draft_id": self.editors_draft_id,
            "stances.withdraw_draft:draft_id": self.editors_draft_id,
            "membership_id": self.cast.unverified.memberships[0].id,
            "memberships.ask_operator:membership_id": self.cast.mayor.memberships[0].id,
            "memberships.leave:membership_id": self.cast.mayor.memberships[0].id,
            "memberships.set_home:membership_id": self.cast.mayor.memberships[0].id,
            "memberships.change_role:membership_id": self.cast.colleague.memberships[0].id,
            "memberships.remove:membership_id": self.cast.colleague.memberships[0].id,
            "operations.lift_block_of_person:account_id": self.cast.mayor.id,
            "operations.remove_last_lead:membership_id": self.cast.mayor.memberships[0].id,
            "domain_id": self.domain_id,
            "operations.mailbox_letter:key": self.mailbox_key,
            "operations.mailbox_view:key": self.mailbox_key,
            "report_id": self.report.id,
            "operations.report:report_id": self.message_report_id,
            "operations.narrow_report:report_id": self.question_report_id,
            "reports.state:token": self.report.token,
            "reports.complain:token": self.report.token,
            "reports.town_state:token": self.report_town_token,
            "reports.complain_for_town:token": self.report_town_token,
            "task_id": self.task_id,
            "invitation_id": self.invitation[0],
            "memberships.invitation:token": self.invitation[1],
            "memberships.accept_invitation:token": self.invitation[1],
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
    domain = make.TownDomainFactory(town=cast.town)
    draft = make.StanceDraftFactory(town_id=cast.town.id, subject="wohnen")
    world = World(
        cast,
        subscriptions[0],
        answer_token,
        password_token,
        suggestion.id,
        draft.id,
        domain.id,
        letter_in_the_mailbox(),
        somebody_signing_up(cast),
        *decided_report(cast),
        make.OperatorTaskFactory().id,
    )
    # Now, and not in the middle of a test that watches what pages change.
    assert world.arguments
    return world


def somebody_signing_up(cast: Cast) -> str:
    """A person who has not confirmed her address yet; answers what her link ends with."""
    account, token = make.AccountFactory(confirmed_at=None), new_token()
    make.MembershipFactory(account=account, town=cast.town, state="pending", requested_at=None)
    make.OneTimeLinkFactory(token=token, purpose=SIGN_UP_PURPOSE, account_id=account.id)
    return token


def decided_report(cast: Cast) -> tuple[Report, str]:
    """A report whose decision both sides may complain about; with it what the lead's link ends with."""
    report, token = make.ReportFactory(town_id=cast.town.id, state="decided", outcome="kept"), new_token()
    report.outcome_reason, report.decided_at = "Der Inhalt ist nicht zu beanstanden.", clock.now()
    make.OneTimeLinkFactory(
        token=token, purpose=REPORT_PURPOSE, account_id=cast.mayor.id, target_id=report.id
    )
    return report, token


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
