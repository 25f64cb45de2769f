"""A few invented questions to all towns and dates to come to, so that no list of the demonstration is empty."""

from collections.abc import Sequence
from datetime import timedelta

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Event, Question, QuestionAnswer, QuestionSubject
from kleinstadt_net.services import question_rules

# The mayor's town and the one she talks to stand first among the invented ones; the third is the newcomer.
MAYORS, NEIGHBOUR, ASKER, ANSWERER = 0, 1, 3, 4

QUESTIONS = (
    (
        ASKER,
        "Wer hat das Freibad an einen Verein übergeben?",
        "Unser Freibad kostet jedes Jahr mehr. Ein Förderverein möchte es betreiben. Was gehört in den Vertrag?",
        "sport",
        "Wir haben 2022 übergeben. Wichtig war: Für das Dach bleibt die Stadt zuständig, für alles andere der Verein.",
    ),
    (
        MAYORS,
        "Wie gewinnen Sie Ehrenamtliche für den Bürgerbus?",
        "Der Bürgerbus fährt seit zwei Jahren, aber uns fehlen Fahrerinnen und Fahrer.",
        "mobilitaet",
        "",
    ),
)


def insert_questions(town_ids: Sequence[int]) -> None:
    """Two questions and one event, in a transaction of its own."""
    begin_writing(db.session)
    now = clock.now()
    for days, (town, title, text, subject, answer) in enumerate(QUESTIONS, start=3):
        question = Question(
            town_id=town_ids[town],
            title=title,
            text=text,
            is_anonymous=False,
            search_text=question_rules.search_text(title, text),
            state="open",
            asked_at=now - timedelta(days=days),
            deadline=clock.today() + timedelta(days=18),
            summary="",
        )
        db.session.add(question)
        db.session.flush()
        db.session.add(QuestionSubject(question_id=question.id, subject=subject))
        if answer:
            db.session.add(
                QuestionAnswer(
                    question_id=question.id,
                    town_id=town_ids[ANSWERER],
                    text=answer,
                    created_at=now - timedelta(days=1),
                )
            )
    starts_at = (now + timedelta(days=23)).replace(hour=13, minute=0, second=0, microsecond=0)
    db.session.add(
        Event(
            title="Rundgang durch die belebten Läden",
            text="Wir zeigen, was aus sechs leeren Läden geworden ist, und was nicht geklappt hat.",
            subject="innenstadt",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3),
            place="Rathaus Lauenfurt, Sitzungssaal",
            organiser="town",
            town_id=town_ids[NEIGHBOUR],
            state="announced",
            created_at=now,
            changed_at=now,
            version=1,
        )
    )
    db.session.commit()
