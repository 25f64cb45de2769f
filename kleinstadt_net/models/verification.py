"""How a person proves to speak for a town: official domains, addresses of town halls, codes by post, invitations."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kleinstadt_net.database import Base
from kleinstadt_net.models.account import Account
from kleinstadt_net.models.town import Town


class TownDomain(Base):
    """A mail domain of a town's administration; towns that share one share the domain, so many to many."""

    __tablename__ = "town_domains"
    __table_args__ = (
        UniqueConstraint("town_id", "domain"),
        CheckConstraint("domain = lower(domain)", name="domain_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"))
    # In ASCII: an international domain in its encoded form, so that look-alikes differ.
    domain: Mapped[str] = mapped_column(String(253), index=True)
    source: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]

    town: Mapped[Town] = relationship()


class TownAddress(Base):
    """The postal address of a town hall and its general e-mail address; never taken from an applicant."""

    __tablename__ = "town_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), unique=True)
    # Up to four lines below the town hall's name, the last one with postcode and place.
    recipient: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    source: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class LetterCode(Base):
    """A code on paper that makes the asking account the town's lead; only its keyed hash is kept."""

    __tablename__ = "letter_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A lead asks a person by e-mail to act for the town too, or to take over the lead from her."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('lead', 'editor')", name="role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(10))
    office: Mapped[str] = mapped_column(String(120), default="")
    # A hand-over ends the inviting lead's own access in the moment it is accepted.
    hands_over: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    town: Mapped[Town] = relationship()
    invited_by: Mapped[Account] = relationship()
