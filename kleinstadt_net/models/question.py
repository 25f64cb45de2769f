"""Questions one town puts to all others, and their answers."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Question(Base):
    """A question to all confirmed towns, open until it is closed or the day ``deadline`` is over.

    ``is_anonymous``: no other town learns who asks. ``size_band`` is what it is told of the town instead: a size
    that enough towns had in common on the day of asking, else None.
    """

    __tablename__ = "questions"
    __table_args__ = (
        Index("ix_questions_town_id_asked_at", "town_id", "asked_at"),
        Index("ix_questions_state_deadline", "state", "deadline"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    is_anonymous: Mapped[bool]
    size_band: Mapped[str | None] = mapped_column(String(10))
    # The words of title and text, folded, without the town's name.
    search_text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime]
    # The last day on which answers are taken.
    deadline: Mapped[date]
    summary: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]


class QuestionSubject(Base):
    """A thesis or topic a question is about."""

    __tablename__ = "question_subjects"
    __table_args__ = (Index("ix_question_subjects_subject", "subject"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(20), primary_key=True)


class QuestionAnswer(Base):
    """An answer in the name of a town; ``helped_at``: the asker has said that it helped."""

    __tablename__ = "question_answers"
    __table_args__ = (
        Index("ix_question_answers_question_id", "question_id"),
        Index("ix_question_answers_town_id", "town_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text)
    helped_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
