"""The words of the network: ten theses, the topics, the states, and the phrases sentences need.

Keys are stable and stored; words may change. A German sentence needs the subject in several cases,
so every subject brings its phrases ready made: "Rat ⟨advice⟩", "arbeiten ⟨work⟩", "Erfahrung ⟨experience⟩".
``tests/test_vocabulary.py`` renders every reason with every key, for reading.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Subject:
    """A thesis or a topic: stored key, title, and the phrases that sentences are built around."""

    key: str
    title: str
    advice: str
    work: str
    experience: str
    summary: str

    @property
    def is_thesis(self) -> bool:
        return self.key in THESES

    @property
    def number(self) -> int:
        """The number of a thesis (1 to 10); raises ValueError for a topic."""
        return list(THESES).index(self.key) + 1


class State(StrEnum):
    """What a town says of itself on a subject."""

    STRENGTH = "strength"
    IN_PROGRESS = "in_progress"
    SEEKING = "seeking"


STATE_TITLES = {
    State.STRENGTH: "Das können wir zeigen",
    State.IN_PROGRESS: "Daran arbeiten wir",
    State.SEEKING: "Wir suchen Rat",
}
# Seen by verified towns only: a need is nobody else's business.
CONFIDENTIAL_STATES = frozenset({State.SEEKING})

SELF_ASSESSMENT = "Selbsteinschätzung"
DEMONSTRATION_NOTICE = "Vorführdaten: Diese Städte und ihre Angaben sind erfunden."
DEMONSTRATION_SUBJECT_PREFIX = "[Vorführung]"

SLOT_TITLES = {
    "mutual": "Gleiche Aufgabe",
    "complementary": "Hat Erfahrung damit",
    "contrast": "Anderer Blick",
    "similar_situation": "Ähnliche Ausgangslage",
}

ROLE_TITLES = {"lead": "Profilverantwortung", "editor": "Mitarbeit"}

ANSWER_TITLES = {
    "contact": "Kontakt gewünscht",
    "later": "Später",
    "declined": "Passt nicht",
    "known": "Kennen wir schon",
}

# Why a suggestion does not fit; the town's own affair, never told to the other.
DECLINE_REASONS = {
    "too_far": "Zu weit weg",
    "other_task": "Die Aufgabe ist nicht dieselbe",
    "no_time": "Gerade keine Zeit",
    "no_need": "Das Thema ist bei uns erledigt",
    "another": "Anderer Grund",
}

# What is asked after a talk, and the answers to choose from.
OUTCOME_QUESTIONS = {
    "helped": {
        "yes": "Ja, es hat geholfen",
        "partly": "Ein wenig",
        "no": "Diesmal nicht",
        "not_talked": "Wir haben noch nicht gesprochen",
    },
    "became": {
        "made": "Wir haben etwas daraus gemacht",
        "running": "Es läuft noch",
        "nothing": "Es hat sich nichts daraus ergeben",
        "no_talk": "Wir haben nicht miteinander gesprochen",
    },
}
# What could be answered to the second question before, and still stands where somebody did.
FORMER_OUTCOMES = {
    "helped": "Wir haben gesprochen, und es hat geholfen",
    "talked": "Wir haben gesprochen",
    "not_yet": "Es kam noch nicht dazu",
    "will_not": "Es kommt nicht dazu",
}

# On which the Monatsbrief may come; Monday is 0.
WORKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag")

# How a person hears that another town would like to talk.
WISH_TITLES = {"letter": "gleich in einem eigenen Brief", "digest": "im nächsten Monatsbrief"}

# What people are told, in the kinds they may choose a letter for.
NOTIFICATION_KINDS = {
    "requests": "Anfragen und Antworten darauf",
    "messages": "Nachrichten in Ihren Gesprächen",
    "dates": "Termine Ihrer Gespräche",
    "answers": "Ihre Fragen in die Runde und Ihre Antworten",
    "questions": "Fragen anderer Städte zu Ihren Stärken",
    "practices": "Wer Ihre Beispiele aufgreift",
    "events": "Einladungen zu Veranstaltungen",
    "outcomes": "Was ein Gespräch gebracht hat",
}
# How they hear of it; all of it stands in their list as well.
NOTIFICATION_MODES = {
    "at_once": "gleich, in einem eigenen Brief",
    "daily": "einmal am Tag, gesammelt in einem Brief",
    "digest": "als eine Zeile im Monatsbrief",
    "never": "in keinem Brief",
}

# What an invited town does at a peer review.
PEER_REVIEW_ROLES = {
    "moderates": "führt durch den Tag",
    "records": "hält fest, was gesagt wird",
    "advises": "berät mit",
}

# How two towns would like to talk.
EXCHANGE_FORMS = {
    "telephone": "am Telefon",
    "video": "in einem Videogespräch",
    "visit": "bei einem Besuch",
    "documents": "mit Unterlagen, schriftlich",
}

# How two towns meet on an agreed date.
APPOINTMENT_FORMS = {"telephone": "Telefongespräch", "video": "Videogespräch", "visit": "Besuch"}

# Where an exchange stands, in a list.
EXCHANGE_STATES = {
    "requested": "angefragt",
    "talking": "im Gespräch",
    "closed": "abgeschlossen",
    "declined": "abgelehnt",
    "withdrawn": "zurückgezogen",
    "lapsed": "nicht zustande gekommen",
}

# What an example cost in all, how long it took, and by what means a town acted.
COST_BANDS = {
    "none": "ohne eigene Kosten",
    "to_5": "bis 5.000 Euro",
    "to_50": "5.000 bis 50.000 Euro",
    "to_500": "50.000 bis 500.000 Euro",
    "over_500": "über 500.000 Euro",
}
DURATIONS = {
    "to_6": "bis sechs Monate",
    "to_12": "sechs bis zwölf Monate",
    "to_36": "ein bis drei Jahre",
    "over_36": "mehr als drei Jahre",
    "lasting": "läuft dauerhaft",
}
INSTRUMENTS = {
    "concept": "Konzept oder Planung",
    "statute": "Satzung oder Bebauungsplan",
    "grant": "eigenes Förderprogramm der Stadt",
    "contract": "Vertrag oder Vereinbarung",
    "cooperation": "Zusammenarbeit von Gemeinden",
    "company": "kommunales Unternehmen oder Genossenschaft",
    "position": "eigene Stelle oder feste Ansprechperson",
    "participation": "Beteiligung von Bürgerinnen und Bürgern",
    "building": "Bau oder Umbau",
    "offer": "Angebot, Treff oder Veranstaltung",
    "digital": "digitales Werkzeug",
}
SIZE_BANDS = {
    "to_5": "unter 5.000 Einwohner",
    "to_10": "5.000 bis unter 10.000 Einwohner",
    "to_15": "10.000 bis unter 15.000 Einwohner",
    "to_20": "15.000 bis unter 20.000 Einwohner",
    "over_20": "ab 20.000 Einwohnern",
}
# Inhabitants at which the next band begins.
SIZE_LIMITS = (5_000, 10_000, 15_000, 20_000)
PRACTICE_STATES = {"draft": "Entwurf", "released": "freigegeben", "archived": "im Archiv"}

# Where a town stands that repeats the example of another.
ADOPTION_STATES = {
    "planned": "geplant",
    "running": "in Arbeit",
    "done": "umgesetzt",
    "given_up": "nicht weiterverfolgt",
}

# The kinds of standing associations: one of them, and several.
NETWORK_KINDS = {
    "city_network": "Städtenetz",
    "association": "Verband oder Verein",
    "region": "Region",
}
NETWORK_KINDS_PLURAL = {
    "city_network": "Städtenetze",
    "association": "Verbände und Vereine",
    "region": "Regionen",
}

# What may be wrong with a content, as the person says it who reports it.
REPORT_REASONS = {
    "illegal": "Der Inhalt verstößt gegen ein Gesetz",
    "wrong": "Der Inhalt ist falsch",
    "personal": "Der Inhalt enthält persönliche Daten",
    "insulting": "Der Inhalt beleidigt jemanden",
    "other": "Etwas anderes",
}
REPORT_STATES = {
    "open": "wartet auf eine Entscheidung",
    "decided": "entschieden",
    "complained": "Beschwerde wartet auf eine Entscheidung",
    "closed": "abgeschlossen",
}
REPORT_OUTCOMES = {
    "kept": "Der Inhalt bleibt stehen",
    "removed": "Der Inhalt ist entfernt",
    "town_suspended": "Die Stadt ist gesperrt",
    # For whoever reported what a town may have written without its name.
    "hidden": "Der Inhalt ist nicht mehr zu sehen",
}
# What a report may be about beside the page of a town, as it is named in a list.
REPORT_TARGETS = {
    "message": "Nachricht in einem Gespräch",
    "practice": "Beispiel",
    "question": "Frage in die Runde",
    "question_answer": "Antwort auf eine Frage",
    "event": "Termin",
    "peer_review": "Veröffentlichter Text einer kollegialen Beratung",
}
# What stands where the operator has taken out a title.
REMOVED_TITLES = {"question": "Vom Betreiber entfernte Frage", "event": "Vom Betreiber entfernter Termin"}

# Why a town takes a break: for the town and the operator alone.
PAUSE_REASONS = {
    "election": "Wahl",
    "budget": "Haushalt",
    "vacancy": "Das Amt ist nicht besetzt",
    "other": "Anderer Grund",
}

# What stands before the dot of an audit trail's code.
AUDIT_GROUPS = {
    "account": "Konten",
    "adoption": "Übernommene Beispiele",
    "appointment": "Termine von Gesprächen",
    "calendar_feed": "Private Kalender",
    "digest_feed": "Private Feeds des Monatsbriefs",
    "circle": "Lernkreise",
    "contact": "Kontakt zwischen Städten",
    "digest": "Monatsbrief (Betrieb)",
    "domain": "Mail-Domains",
    "draft": "Entwürfe",
    "event": "Termine und Veranstaltungen",
    "exchange": "Gespräche",
    "peer_review": "Kollegiale Beratung",
    "focus": "Schwerpunkte",
    "invitation": "Einladungen",
    "lead": "Übergaben",
    "letter": "Versand der Briefe",
    "letter_code": "Codes per Post",
    "membership": "Zugänge",
    "network": "Netzwerke",
    "objection": "Widersprüche gegen Einladungen",
    "picture": "Bilder",
    "question": "Fragen in die Runde",
    "practice": "Beispiele",
    "register": "Gemeindeverzeichnis",
    "report": "Meldungen",
    "section": "Abschnitte",
    "series": "Einladungen per Post",
    "stance": "Angaben",
    "subscription": "Monatsbrief",
    "suggestion": "Vorschläge",
    "talk_record": "Gesprächsvermerke",
    "town": "Sperren und Pausen",
    "town_address": "Anschriften",
}

# What a document is, beside its name.
ATTACHMENT_KINDS = {
    "pdf": "PDF",
    "docx": "Word-Dokument",
    "xlsx": "Excel-Tabelle",
    "pptx": "PowerPoint-Präsentation",
    "odt": "Textdokument (ODT)",
    "ods": "Tabelle (ODS)",
    "odp": "Präsentation (ODP)",
    "jpeg": "Bild (JPEG)",
    "png": "Bild (PNG)",
    "webp": "Bild (WebP)",
}

# Every code of the audit trail in words, as operators and a town's leads read it; who adds a code adds its line.
AUDIT_TITLES = {
    "peer_review.invited": "Zu einer kollegialen Beratung eingeladen",
    "peer_review.answered": "Auf eine Einladung zur kollegialen Beratung geantwortet",
    "peer_review.written": "Eine kollegiale Beratung bearbeitet",
    "peer_review.published": "Das Ergebnis einer kollegialen Beratung veröffentlicht oder zurückgenommen",
    "peer_review.ended": "Eine kollegiale Beratung abgeschlossen",
    "peer_review.removed": "Den veröffentlichten Text einer kollegialen Beratung nach einer Meldung entfernt",
    "exchange.outcome": "Gesagt, was ein Gespräch gebracht hat",
    "account.confirmed": "Adresse bestätigt",
    "account.created": "Konto angelegt",
    "account.email_change_asked": "Neue E-Mail-Adresse gewünscht",
    "account.email_changed": "E-Mail-Adresse geändert",
    "account.password_link_sent": "Link für ein neues Passwort verschickt",
    "account.password_set": "Passwort gesetzt",
    "account.person_changed": "Angaben zur Person geändert",
    "account.reachable_again": "Adresse wieder erreichbar gemeldet",
    "account.recovery_code_used": "Mit Ersatzcode angemeldet",
    "account.recovery_codes_renewed": "Ersatzcodes erneuert",
    "account.second_factor_off": "Zweiten Faktor abgeschaltet",
    "account.second_factor_on": "Zweiten Faktor eingerichtet",
    "account.second_factor_reset": "Zweiten Faktor zurückgesetzt",
    "account.session_ended": "Eine Anmeldung beendet",
    "account.signed_in": "Angemeldet",
    "account.signed_out_everywhere": "Überall abgemeldet",
    "digest.opening_set": "Tag und Stunde des Monatsbriefs geändert",
    "digest.previewed": "Den Monatsbrief einer Person angesehen",
    "domain.added": "Mail-Domain eingetragen",
    "domain.imported": "Mail-Domains eingelesen",
    "domain.removed": "Mail-Domain gestrichen",
    "draft.adopted": "Entwurf übernommen",
    "draft.discarded": "Entwurf verworfen",
    "draft.released": "Entwurf freigegeben",
    "draft.returned": "Entwurf zurückgegeben",
    "draft.saved": "Entwurf zur Freigabe vorgelegt",
    "draft.withdrawn": "Entwurf zurückgezogen",
    "contact.allowed": "Kontakt zu einer Stadt wieder zugelassen",
    "contact.ended": "Kontakt zu einer Stadt beendet",
    "event.announced": "Zu einem Termin eingeladen",
    "event.cancelled": "Termin abgesagt",
    "event.changed": "Termin geändert",
    "event.removed": "Termin nach einer Meldung abgesagt und sein Text entfernt",
    "exchange.accepted": "Einem Gespräch zugestimmt",
    "exchange.accepted_by_letter": "Einem Gespräch zugestimmt (über Brieflink)",
    "exchange.closed": "Gespräch abgeschlossen",
    "exchange.declined": "Anfrage abgelehnt",
    "exchange.handed_on": "Anfrage weitergegeben",
    "exchange.message_removed": "Nachricht in einem Gespräch nach einer Meldung entfernt",
    "exchange.opened": "Gespräch eröffnet, weil beide Städte es wünschen",
    "exchange.queried": "Zu einer Anfrage zurückgefragt",
    "exchange.reopened": "Gespräch wieder eröffnet",
    "exchange.replied": "Auf eine Rückfrage geantwortet",
    "exchange.requested": "Um ein Gespräch gebeten",
    "exchange.revoked": "Zustimmung zu einem Gespräch zurückgenommen",
    "exchange.withdrawn": "Anfrage zurückgezogen",
    "exchange.written": "Nachricht in einem Gespräch geschrieben",
    "focus.saved": "Schwerpunkte gewählt",
    "invitation.accepted": "Einladung angenommen",
    "invitation.sent": "Einladung verschickt",
    "invitation.withdrawn": "Einladung zurückgezogen",
    "lead.handed_over": "Profilverantwortung übergeben",
    "letter.block_lifted": "Sperre einer Adresse aufgehoben",
    "letter.halted": "Versand aller Briefe angehalten",
    "letter.resumed": "Versand der Briefe fortgesetzt",
    "letter.retried": "Nicht zugestellten Brief noch einmal verschickt",
    "letter_code.issued": "Brief mit Code erstellt",
    "letter_code.redeemed": "Code aus dem Brief eingelöst",
    "membership.claimed": "Zugang angefragt",
    "membership.confirmed": "Zugang bestätigt",
    "membership.ended": "Zugang beendet",
    "membership.expired": "Anfrage abgelaufen",
    "membership.refused": "Anfrage abgelehnt",
    "membership.role": "Rolle geändert",
    "membership.withdrawn": "Anfrage zurückgezogen",
    "adoption.saved": "Übernahme eines Beispiels eingetragen",
    "adoption.withdrawn": "Übernahme eines Beispiels zurückgenommen",
    "appointment.agreed": "Termin vereinbart",
    "appointment.cancelled": "Termin eines Gesprächs abgesagt",
    "appointment.declined": "Terminvorschläge abgelehnt",
    "appointment.proposed": "Termine für ein Gespräch vorgeschlagen",
    "appointment.withdrawn": "Terminvorschläge zurückgezogen",
    "calendar_feed.created": "Privaten Kalender angelegt oder erneuert",
    "calendar_feed.revoked": "Privaten Kalender abgeschaltet",
    "digest_feed.created": "Privaten Feed des Monatsbriefs angelegt oder erneuert",
    "digest_feed.revoked": "Privaten Feed des Monatsbriefs abgeschaltet",
    "circle.answered": "Auf einen Lernkreis geantwortet",
    "circle.ended": "Lernkreis beendet",
    "circle.goes_on": "Weiteres Treffen eines Lernkreises",
    "circle.meeting": "Treffen eines Lernkreises geändert",
    "circle.proposed": "Lernkreis vorgeschlagen",
    "network.asked": "Bei einem Netzwerk angefragt",
    "network.confirmed": "Stadt in ein Netzwerk aufgenommen",
    "network.created": "Netzwerk angelegt",
    "network.declined": "Anfrage einer Stadt an ein Netzwerk abgelehnt",
    "network.deleted": "Netzwerk gelöscht",
    "network.edited": "Angaben zu einem Netzwerk geändert",
    "network.handed_over": "Netzwerk einer anderen Stadt übergeben",
    "network.left": "Netzwerk verlassen",
    "network.removed": "Stadt aus einem Netzwerk entfernt",
    "network.withdrawn": "Anfrage an ein Netzwerk zurückgezogen",
    "objection.added": "Widerspruch gegen Einladungen eingetragen",
    "objection.removed": "Widerspruch gegen Einladungen gestrichen",
    "picture.described": "Angaben zum Bild geändert",
    "picture.drafted": "Bild zur Freigabe vorgelegt",
    "picture.released": "Bild freigegeben",
    "picture.removed": "Bild entfernt",
    "picture.saved": "Bild hochgeladen",
    "practice.archived": "Beispiel ins Archiv gelegt",
    "practice.document_added": "Dokument zu einem Beispiel hinzugefügt",
    "practice.document_released": "Dokument zu einem Beispiel freigegeben",
    "practice.document_removed": "Dokument eines Beispiels entfernt",
    "practice.deleted": "Entwurf eines Beispiels gelöscht",
    "practice.proposed": "Änderung eines Beispiels zur Freigabe vorgelegt",
    "practice.released": "Beispiel freigegeben",
    "practice.removed": "Beispiel nach einer Meldung aus dem Netz genommen",
    "practice.restored": "Beispiel aus dem Archiv geholt",
    "practice.returned": "Beispiel zur Überarbeitung zurückgegeben",
    "practice.saved": "Beispiel geschrieben",
    "practice.submitted": "Beispiel zur Freigabe vorgelegt",
    "question.answer_removed": "Antwort auf eine Frage nach einer Meldung entfernt",
    "question.answer_withdrawn": "Antwort auf eine Frage zurückgenommen",
    "question.answered": "Auf eine Frage geantwortet",
    "question.asked": "Frage in die Runde gestellt",
    "question.closed": "Frage beendet oder zusammengefasst",
    "question.removed": "Frage nach einer Meldung beendet und ihr Text entfernt",
    "question.withdrawn": "Frage zurückgenommen",
    "register.indicators": "Kennzahlen eingelesen",
    "register.imported": "Gemeindeverzeichnis eingelesen",
    "register.successions": "Gebietsänderungen eingelesen",
    "report.assigned": "Meldung einer Stadt zugeordnet",
    "report.narrowed": "Meldung einer Antwort auf die Frage zugeordnet",
    "report.complained": "Beschwerde gegen eine Entscheidung",
    "report.decided": "Meldung entschieden",
    "report.received": "Meldung eingegangen",
    "section.confirmed": "Abschnitt bestätigt",
    "section.drafted": "Entwurf eines Abschnitts vorgelegt",
    "section.released": "Entwurf eines Abschnitts freigegeben",
    "section.removed": "Abschnitt nach einer Meldung entfernt",
    "section.restored": "Frühere Fassung eines Abschnitts wieder eingesetzt",
    "section.returned": "Entwurf eines Abschnitts zurückgegeben",
    "section.saved": "Abschnitt gespeichert",
    "section.withdrawn": "Entwurf eines Abschnitts zurückgezogen",
    "series.created": "Serie von Einladungen angelegt",
    "stance.confirmed": "Angabe bestätigt",
    "stance.removed": "Angabe nach einer Meldung entfernt",
    "stance.saved": "Angabe gespeichert",
    "subscription.changed": "Monatsbrief eingestellt",
    "suggestion.answered": "Vorschlag beantwortet",
    "suggestion.handed_on": "Vorschlag weitergegeben",
    "suggestion.known_undone": "Stadt wieder für Vorschläge freigegeben",
    "suggestion.reason": "Grund zu einem Vorschlag genannt",
    "talk_record.saved": "Gesprächsvermerk geschrieben",
    "town.left": "Stadt nicht mehr dabei",
    "town.pause_ended": "Pause beendet",
    "town.paused": "Pause eingelegt",
    "town.release": "Freigabe umgestellt",
    "town.requests": "Zahl der Anfragen im Monat geändert",
    "town.resumed": "Sperre aufgehoben",
    "town.suspended": "Stadt gesperrt",
    "town_address.imported": "Anschriften eingelesen",
    "town_address.saved": "Anschrift gespeichert",
}


def _by_key(*subjects: Subject) -> dict[str, Subject]:
    return {subject.key: subject for subject in subjects}


THESES: dict[str, Subject] = _by_key(
    Subject(
        "t01",
        "Stärken, Schwächen und Aufgaben kennen",
        "zur eigenen Standortbestimmung",
        "an der eigenen Standortbestimmung",
        "mit der eigenen Standortbestimmung",
        "Wer nüchtern weiß, was die Stadt kann und was ihr fehlt, setzt seine Kraft an der richtigen Stelle ein.",
    ),
    Subject(
        "t02",
        "Gut leben, und es zeigen",
        "zur Lebensqualität",
        "an der Lebensqualität",
        "mit der Lebensqualität",
        "Kurze Wege, bezahlbares Wohnen, Nachbarschaft: Das gute Leben in der Kleinstadt muss man auch erzählen.",
    ),
    Subject(
        "t03",
        "Beteiligung, die etwas bewirkt",
        "zur Bürgerbeteiligung",
        "an der Bürgerbeteiligung",
        "mit der Bürgerbeteiligung",
        "Menschen wirken mit, wenn sie sehen, was aus ihrem Beitrag geworden ist.",
    ),
    Subject(
        "t04",
        "Kinder und Jugendliche gestalten mit",
        "zur Mitgestaltung durch Kinder und Jugendliche",
        "an der Mitgestaltung durch Kinder und Jugendliche",
        "mit der Mitgestaltung durch Kinder und Jugendliche",
        "Wer früh etwas bewegt hat, bleibt der Stadt verbunden oder kommt zurück.",
    ),
    Subject(
        "t05",
        "Chefsache, mit eigener Stelle",
        "zu einer Stelle für Planung und Beteiligung",
        "an einer Stelle für Planung und Beteiligung",
        "mit einer Stelle für Planung und Beteiligung",
        "Stadtentwicklung braucht die Bürgermeisterin oder den Bürgermeister und jemanden, der dafür Zeit hat.",
    ),
    Subject(
        "t06",
        "Offen für den Blick von außen",
        "zum Blick von außen",
        "am Blick von außen",
        "mit dem Blick von außen",
        "Fremde Augen sehen, woran man sich im eigenen Haus längst gewöhnt hat.",
    ),
    Subject(
        "t07",
        "Gemeinsames Ziel, wenige Leitprojekte",
        "zu Leitbild und Leitprojekten",
        "an Leitbild und Leitprojekten",
        "mit Leitbild und Leitprojekten",
        "Ein gemeinsames Bild der Zukunft und eine Handvoll Vorhaben, die es sichtbar machen.",
    ),
    Subject(
        "t08",
        "Zeigen, was läuft, und bald liefern",
        "zu rasch sichtbaren Ergebnissen",
        "an rasch sichtbaren Ergebnissen",
        "mit rasch sichtbaren Ergebnissen",
        "Kleine Erfolge, die man bald sehen kann, geben den großen Vorhaben Rückenwind.",
    ),
    Subject(
        "t09",
        "Partner in der Stadt und darüber hinaus",
        "zur Zusammenarbeit mit Partnern",
        "an der Zusammenarbeit mit Partnern",
        "mit der Zusammenarbeit mit Partnern",
        "Vereine, Betriebe, Schulen, Nachbarstädte: Vieles gelingt erst im Bündnis.",
    ),
    Subject(
        "t10",
        "Teamgeist unter Kleinstädten",
        "zum Austausch mit anderen Kleinstädten",
        "am Austausch mit anderen Kleinstädten",
        "mit dem Austausch mit anderen Kleinstädten",
        "Was eine Stadt gelöst hat, müssen andere nicht noch einmal erfinden.",
    ),
)

TOPICS: dict[str, Subject] = _by_key(
    Subject(
        "innenstadt",
        "Innenstadt",
        "zur Innenstadt",
        "an der Innenstadt",
        "mit der Innenstadt",
        "Leerstand, Läden, Plätze und Leben in der Mitte der Stadt.",
    ),
    Subject(
        "wohnen",
        "Wohnen",
        "zum Wohnen",
        "am Wohnungsangebot",
        "mit dem Wohnungsangebot",
        "Bezahlbare, passende und barrierefreie Wohnungen für alle Lebensalter.",
    ),
    Subject(
        "problemimmobilien",
        "Problemimmobilien und Brachflächen",
        "zu Problemimmobilien und Brachflächen",
        "an Problemimmobilien und Brachflächen",
        "mit Problemimmobilien und Brachflächen",
        "Leer stehende, verfallende Häuser und ungenutzte Grundstücke.",
    ),
    Subject(
        "mobilitaet",
        "Mobilität",
        "zur Mobilität",
        "an der Mobilität",
        "mit der Mobilität",
        "Bus und Bahn, Rad- und Fußwege, Rufbusse und geteilte Autos.",
    ),
    Subject(
        "gesundheit",
        "Gesundheit und Pflege",
        "zu Gesundheit und Pflege",
        "an Gesundheit und Pflege",
        "mit Gesundheit und Pflege",
        "Arztpraxen, Pflege, Vorsorge und kurze Wege zur Versorgung.",
    ),
    Subject(
        "bildung",
        "Kita und Schule",
        "zu Kita und Schule",
        "an Kita und Schule",
        "mit Kita und Schule",
        "Plätze, Personal, Gebäude und Ganztag.",
    ),
    Subject(
        "wirtschaft",
        "Wirtschaft und Fachkräfte",
        "zu Wirtschaft und Fachkräften",
        "an Wirtschaft und Fachkräften",
        "mit Wirtschaft und Fachkräften",
        "Betriebe halten und ansiedeln, Nachfolge, Ausbildung und Zuzug.",
    ),
    Subject(
        "digitales",
        "Digitales",
        "zu digitalen Angeboten",
        "an digitalen Angeboten",
        "mit digitalen Angeboten",
        "Digitale Verwaltung, Glasfaser, Daten und Dienste für die Menschen.",
    ),
    Subject(
        "waerme",
        "Wärmewende",
        "zur Wärmewende",
        "an der Wärmewende",
        "mit der Wärmewende",
        "Wärmeplanung, Nahwärme und Sanierung der eigenen Gebäude.",
    ),
    Subject(
        "klima",
        "Klimaanpassung und Hochwasserschutz",
        "zu Klimaanpassung und Hochwasserschutz",
        "an Klimaanpassung und Hochwasserschutz",
        "mit Klimaanpassung und Hochwasserschutz",
        "Hitze, Starkregen, Trockenheit und Schutz vor Hochwasser.",
    ),
    Subject(
        "kultur",
        "Kultur, Baukultur und Tourismus",
        "zu Kultur, Baukultur und Tourismus",
        "an Kultur, Baukultur und Tourismus",
        "mit Kultur, Baukultur und Tourismus",
        "Feste, Häuser, Denkmale und Gäste.",
    ),
    Subject(
        "ehrenamt",
        "Ehrenamt",
        "zum Ehrenamt",
        "am Ehrenamt",
        "mit dem Ehrenamt",
        "Vereine, Engagement und Anerkennung.",
    ),
    Subject(
        "integration",
        "Integration und Zusammenhalt",
        "zu Integration und Zusammenhalt",
        "an Integration und Zusammenhalt",
        "mit Integration und Zusammenhalt",
        "Ankommen, Begegnung und Miteinander.",
    ),
    Subject(
        "demokratie",
        "Lokale Demokratie",
        "zur lokalen Demokratie",
        "an der lokalen Demokratie",
        "mit der lokalen Demokratie",
        "Rat, Gesprächskultur, Schutz vor Anfeindung, Lust auf ein Amt.",
    ),
    Subject(
        "finanzen",
        "Haushalt und Fördermittel",
        "zu Haushalt und Fördermitteln",
        "an Haushalt und Fördermitteln",
        "mit Haushalt und Fördermitteln",
        "Haushalt ausgleichen, Förderung finden, beantragen und abrechnen.",
    ),
    Subject(
        "personal",
        "Personalgewinnung",
        "zur Personalgewinnung",
        "an der Personalgewinnung",
        "mit der Personalgewinnung",
        "Stellen im Rathaus besetzen und gute Leute halten.",
    ),
    Subject(
        "demografie",
        "Demografie",
        "zum demografischen Wandel",
        "am demografischen Wandel",
        "mit dem demografischen Wandel",
        "Weniger, ältere oder ganz neue Einwohnerinnen und Einwohner.",
    ),
    Subject(
        "sicherheit",
        "Feuerwehr, Ordnung und Bevölkerungsschutz",
        "zu Feuerwehr, Ordnung und Bevölkerungsschutz",
        "an Feuerwehr, Ordnung und Bevölkerungsschutz",
        "mit Feuerwehr, Ordnung und Bevölkerungsschutz",
        "Feuerwehr, Ordnungsamt und Vorsorge für den Ernstfall.",
    ),
    Subject(
        "ortsteile",
        "Ortsteile und Dörfer",
        "zu Ortsteilen und Dörfern",
        "an Ortsteilen und Dörfern",
        "mit Ortsteilen und Dörfern",
        "Dörfer der Stadt, Eingemeindungen und ein gutes Miteinander.",
    ),
    Subject(
        "nahversorgung",
        "Nahversorgung",
        "zur Nahversorgung",
        "an der Nahversorgung",
        "mit der Nahversorgung",
        "Laden, Bäcker, Post und Bank in erreichbarer Nähe.",
    ),
    Subject(
        "sport",
        "Bäder, Sport und Freizeit",
        "zu Bädern, Sport und Freizeit",
        "an Bädern, Sport und Freizeit",
        "mit Bädern, Sport und Freizeit",
        "Freibad, Halle, Spielplatz und Vereinssport.",
    ),
    Subject(
        "bauen",
        "Bauland und Planung",
        "zu Bauland und Planung",
        "an Bauland und Planung",
        "mit Bauland und Planung",
        "Flächen, Bebauungspläne, Nachverdichtung und Gewerbegebiete.",
    ),
    Subject(
        "infrastruktur",
        "Straßen, Wasser, öffentliche Gebäude",
        "zu Straßen, Wasser und öffentlichen Gebäuden",
        "an Straßen, Wasser und öffentlichen Gebäuden",
        "mit Straßen, Wasser und öffentlichen Gebäuden",
        "Was täglich funktionieren muss und viel Geld kostet.",
    ),
)

SUBJECTS: dict[str, Subject] = {**THESES, **TOPICS}

THESES_SOURCE = (
    "Projekt „Potenziale von Kleinstädten in peripheren Lagen“, BBSR/ExWoSt; "
    "Zusammenfassung in KOMMUNAL, 19.05.2023. Die Worte hier sind unsere eigenen; "
    "eine Billigung durch die Genannten ist damit nicht verbunden."
)

MAX_FOCUSES = 3
MAX_SENTENCE_LENGTH = 200
