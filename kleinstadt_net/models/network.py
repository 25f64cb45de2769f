"""Standing associations of towns: Städtenetze, associations, regions; and who belongs to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kleinstadt_net.database import Base


class Network(Base):
    """A network with its page. Its contact town confirms who belongs to it; without one the operator does."""

    __tablename__ = "networks"
    __table_args__ = (CheckConstraint("kind IN ('city_network', 'association', 'region')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    topic: Mapped[str | None] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(2000), default="")
    website: Mapped[str | None] = mapped_column(String(300))
    contact_town_id: Mapped[int | None] = mapped_column(
        ForeignKey("towns.id", ondelete="SET NULL"), index=True
    )
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    # Rises with every change; a form that was opened at an older version overwrites nothing.
    version: Mapped[int] = mapped_column(default=1)


class NetworkMember(Base):
    """A town that belongs to a network, or asks to."""

    __tablename__ = "network_members"
    __table_args__ = (
        UniqueConstraint("network_id", "town_id"),
        CheckConstraint("state IN ('asked', 'confirmed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
