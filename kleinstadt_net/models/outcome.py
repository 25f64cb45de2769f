"""What came of an exchange, in the words of each of its towns."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Outcome(Base):
    """One question to one town, and its answer.

    The row is written when the question is asked, so that it is asked once, ever; ``answer`` is None until given.
    """

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("exchange_id", "town_id", "question"),
        CheckConstraint(
            "(question = 'helped' AND answer IN ('yes', 'partly', 'no', 'not_talked')) OR "
            "(question = 'became' AND answer IN ('made', 'running', 'nothing', 'no_talk', "
            "'helped', 'talked', 'not_yet', 'will_not')) OR "
            "(question IN ('helped', 'became') AND answer IS NULL)",
            name="answer",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(String(20))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
