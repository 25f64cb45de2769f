"""What every template may use without being handed it: words, settings, who we are, navigation."""

from dataclasses import dataclass

from flask import Flask, request, url_for

from kleinstadt_net import settings, territory, vocabulary
from kleinstadt_net.profile import shapes, words
from kleinstadt_net.security.identity import Identity, Visitor
from kleinstadt_net.services import installation
from kleinstadt_net.web.forms import field_attributes, field_messages
from kleinstadt_net.web.timelines import timeline
from kleinstadt_net.web.wheel import wheel


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation."""

    label: str
    endpoint: str

    @property
    def is_current(self) -> bool:
        """Whether the page shown is this entry's own."""
        return request.endpoint == self.endpoint

    @property
    def is_section(self) -> bool:
        """Whether the page shown belongs to this entry: by its feature, or because its address lies below."""
        feature = self.endpoint.partition(".")[0]
        if request.path.startswith(f"{url_for(self.endpoint)}/"):
            return True
        # Writing for one's own town belongs to the town, whatever feature it is of.
        is_own = request.path.startswith(f"{url_for('stances.edit')}/")
        return feature != "pages" and request.blueprint == feature and not is_own


FOR_VISITORS = (
    NavigationItem("Städte", "towns.index"),
    NavigationItem("Thesen", "pages.theses"),
    NavigationItem("Beispiele", "practices.index"),
    NavigationItem("So funktioniert es", "pages.how_it_works"),
    NavigationItem("Anmelden", "accounts.sign_in"),
)
FOR_TOWNS = (
    NavigationItem("Übersicht", "dashboard.overview"),
    NavigationItem("Vorschläge", "suggestions.index"),
    NavigationItem("Städte", "towns.index"),
    NavigationItem("Beispiele", "practices.index"),
    NavigationItem("Fragen", "questions.index"),
    NavigationItem("Gespräche", "exchanges.index"),
    NavigationItem("Unsere Stadt", "stances.edit"),
)
# Somebody signed in whose town is not confirmed: the public side without the invitation to sign in.
FOR_OTHERS = FOR_VISITORS[:-1]
FOR_OPERATORS = (NavigationItem("Betrieb", "operations.desk"),)


def init_app(app: Flask) -> None:
    """Offer words and helpers to all templates; nothing here asks the database by itself."""
    bound = app.config[settings.SETTINGS_KEY]
    app.jinja_env.globals.update(
        SUBJECTS=vocabulary.SUBJECTS,
        THESES=vocabulary.THESES,
        TOPICS=vocabulary.TOPICS,
        THESES_SOURCE=vocabulary.THESES_SOURCE,
        STATE_TITLES=vocabulary.STATE_TITLES,
        ANSWER_TITLES=vocabulary.ANSWER_TITLES,
        DECLINE_REASONS=vocabulary.DECLINE_REASONS,
        EXCHANGE_FORMS=vocabulary.EXCHANGE_FORMS,
        APPOINTMENT_FORMS=vocabulary.APPOINTMENT_FORMS,
        EXCHANGE_STATES=vocabulary.EXCHANGE_STATES,
        ATTACHMENT_KINDS=vocabulary.ATTACHMENT_KINDS,
        COST_BANDS=vocabulary.COST_BANDS,
        DURATIONS=vocabulary.DURATIONS,
        INSTRUMENTS=vocabulary.INSTRUMENTS,
        PRACTICE_STATES=vocabulary.PRACTICE_STATES,
        SIZE_BANDS=vocabulary.SIZE_BANDS,
        ADOPTION_STATES=vocabulary.ADOPTION_STATES,
        PEER_REVIEW_ROLES=vocabulary.PEER_REVIEW_ROLES,
        PAUSE_REASONS=vocabulary.PAUSE_REASONS,
        NOTIFICATION_KINDS=vocabulary.NOTIFICATION_KINDS,
        OUTCOME_QUESTIONS=vocabulary.OUTCOME_QUESTIONS,
        SLOT_TITLES=vocabulary.SLOT_TITLES,
        ROLE_TITLES=vocabulary.ROLE_TITLES,
        NETWORK_KINDS=vocabulary.NETWORK_KINDS,
        NETWORK_KINDS_PLURAL=vocabulary.NETWORK_KINDS_PLURAL,
        REPORT_REASONS=vocabulary.REPORT_REASONS,
        REPORT_STATES=vocabulary.REPORT_STATES,
        REPORT_OUTCOMES=vocabulary.REPORT_OUTCOMES,
        REPORT_TARGETS=vocabulary.REPORT_TARGETS,
        SELF_ASSESSMENT=vocabulary.SELF_ASSESSMENT,
        DEMONSTRATION_NOTICE=vocabulary.DEMONSTRATION_NOTICE,
        LAENDER=territory.LAENDER,
        SECTION_SHAPES=shapes.SHAPES,
        PROJECT_STATES=shapes.PROJECT_STATES,
        field_value=words.readable,
        timeline=timeline,
        network_name=bound.network_name,
        is_development=bound.is_development,
        is_demonstration=installation.is_demonstration,
        navigation=navigation,
        wheel_fields=wheel,
        field_attributes=field_attributes,
        field_messages=field_messages,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def navigation(user: Identity | Visitor) -> list[NavigationItem]:
    """The main navigation for this person."""
    if not user.is_authenticated:
        return [*FOR_VISITORS]
    items = FOR_TOWNS if user.is_verified and user.acting else FOR_OTHERS
    return [*items, *(FOR_OPERATORS if user.is_operator else ())]
