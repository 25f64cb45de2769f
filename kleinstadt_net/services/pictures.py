"""A town's picture: uploading, releasing, describing, removing, and who may see it.

Files are written before the row that names them and deleted after the row is gone, so that no page ever names a
file that is not there; what an interrupted upload leaves behind is swept away (``sweep``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, delete, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.files import pictures, store
from kleinstadt_net.files.pictures import MAX_BYTES, Drawn, Fault, PictureRefused
from kleinstadt_net.models import Picture, Section, Town
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import audit, installation, stance_drafts, town_people

__all__ = [
    "MAX_BYTES", "Caption", "Fault", "OwnPictures", "PictureRefused", "PictureRow", "describe", "file", "of_town",
    "of_towns", "own", "release", "remove", "sweep", "upload",
]  # fmt: skip

FOLDER = "pictures"
TOKEN_LENGTH = 32
MAX_ALTERNATIVE_TEXT = 300
MAX_PHOTOGRAPHER = 160
MAX_RIGHT_OF_USE = 200
# The thesis whose section the picture belongs to: it is seen by whoever may read that section.
THESIS = "t02"
# An upload takes seconds; a file that nobody names after a day belongs to none.
ORPHANED_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Caption:
    """What stands beside a picture: what it shows, who took it, and why the town may use it."""

    alternative_text: str
    photographer: str
    right_of_use: str


@dataclass(frozen=True)
class PictureRow:
    """A picture for a page; ``width`` and ``height`` are those of its largest size, in pixels."""

    picture_id: int
    token: str
    caption: Caption
    width: int
    height: int
    uploaded_at: datetime
    is_released: bool

    @property
    def widths(self) -> tuple[int, ...]:
        """The sizes there are, rising."""
        return pictures.widths(self.width)


@dataclass(frozen=True)
class OwnPictures:
    """What the town itself sees: the picture that is shown, and the one that waits for a lead."""

    shown: PictureRow | None
    waiting: PictureRow | None


def of_town(town_id: int, *, verified: bool) -> PictureRow | None:
    """The picture of a town that takes part, if this reader may see it."""
    return of_towns([town_id], verified=verified).get(town_id)


def of_towns(town_ids: Iterable[int], *, verified: bool) -> dict[int, PictureRow]:
    """The same for several towns, in one query."""
    rows = db.session.scalars(_shown(verified=verified).where(Picture.town_id.in_(list(town_ids))))
    return {row.town_id: _row(row) for row in rows}


def own(town_id: int) -> OwnPictures:
    """The town's pictures as its own people see them."""
    rows = db.session.scalars(select(Picture).where(Picture.town_id == town_id).order_by(Picture.id))
    found = [_row(row) for row in rows]
    return OwnPictures(
        shown=next((row for row in found if row.is_released), None),
        waiting=next((row for row in found if not row.is_released), None),
    )


def file(token: str, width: int, *, verified: bool, own_town_ids: Collection[int]) -> bytes | None:
    """A picture's JPEG in this width; None where there is none, or none for this reader."""
    visible = _shown(verified=verified).where(Picture.token == token)
    hers = select(Picture).where(Picture.token == token, Picture.town_id.in_(own_town_ids))
    row = db.session.scalar(visible) or db.session.scalar(hers)
    if row is None or width not in pictures.widths(row.width):
        return None
    return store.read(FOLDER, _name(token, width))


def upload(town_id: int, account_id: int, data: bytes, caption: Caption) -> bool:
    """Store a picture in place of the one there was; False where it waits for a lead.

    Raises PictureRefused for what is no picture one can show.
    """
    drawn, token = pictures.draw(data), new_token()[:TOKEN_LENGTH]
    for width, content in drawn.variants.items():
        store.write(FOLDER, _name(token, width), content)
    begin_writing(db.session)
    waits = stance_drafts.must_wait(town_id, account_id)
    replaced = _take_out(town_id, released=not waits)
    db.session.add(_picture(town_id, account_id, token, drawn, caption, waits=waits))
    audit.record("picture.drafted" if waits else "picture.saved", account_id=account_id, town_id=town_id)
    if waits:
        stance_drafts.tell_leads(town_id)
    else:
        installation.touch_town(town_id)
    db.session.commit()
    _delete_files(replaced)
    return not waits


def describe(town_id: int, account_id: int, picture_id: int, caption: Caption) -> bool:
    """Change what stands beside a picture; False when it is not the town's, or only a lead may change it."""
    begin_writing(db.session)
    picture = _locked(town_id, picture_id)
    may = picture is not None and (
        picture.released_at is None or not stance_drafts.must_wait(town_id, account_id)
    )
    if picture is None or not may:
        db.session.rollback()
        return False
    _put_caption(picture, caption)
    audit.record("picture.described", account_id=account_id, town_id=town_id)
    installation.touch_town(town_id)
    db.session.commit()
    return True


def release(town_id: int, lead_id: int, picture_id: int) -> bool:
    """Show the picture that waits; False when it waits no longer, or this is no lead of the town."""
    begin_writing(db.session)
    picture = _locked(town_id, picture_id)
    if picture is None or picture.released_at is not None or not town_people.leads(town_id, lead_id):
        db.session.rollback()
        return False
    replaced = _take_out(town_id, released=True)
    picture.released_at = clock.now()
    audit.record("picture.released", account_id=lead_id, town_id=town_id)
    installation.touch_town(town_id)
    db.session.commit()
    _delete_files(replaced)
    return True


def remove(town_id: int, account_id: int, picture_id: int) -> bool:
    """Delete a picture; False when it is not the town's, or it is shown and only a lead may take it away."""
    begin_writing(db.session)
    picture = _locked(town_id, picture_id)
    may = picture is not None and (
        picture.released_at is None or not stance_drafts.must_wait(town_id, account_id)
    )
    if picture is None or not may:
        db.session.rollback()
        return False
    gone = _row(picture)
    db.session.delete(picture)
    audit.record("picture.removed", account_id=account_id, town_id=town_id)
    installation.touch_town(town_id)
    db.session.commit()
    _delete_files([gone])
    return True


def sweep(now: datetime) -> int:
    """Delete files no picture names any more; answers how many."""
    # Listed before the database is asked: an upload under way is younger than the limit anyway.
    old = [name for name, at in store.names(FOLDER) if at < (now - ORPHANED_AFTER).timestamp()]
    known = set(db.session.scalars(select(Picture.token)))
    orphans = [name for name in old if name.rpartition("-")[0] not in known]
    for name in orphans:
        store.delete(FOLDER, name)
    return len(orphans)


def _shown(*, verified: bool) -> Select[Picture]:
    found = (
        select(Picture)
        .join(Town, Town.id == Picture.town_id)
        .outerjoin(Section, and_(Section.town_id == Picture.town_id, Section.thesis == THESIS))
        .where(
            Picture.released_at.is_not(None),
            Town.joined_on.is_not(None),
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
        )
    )
    if verified:
        return found
    return found.where(or_(Section.id.is_(None), Section.visibility == "public"))


def _take_out(town_id: int, *, released: bool) -> list[PictureRow]:
    """Delete the town's shown, or its waiting, picture in the running transaction; answers what it was."""
    # One writer per town and moment, so that nobody ends up with two pictures.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    kind = Picture.released_at.is_not(None) if released else Picture.released_at.is_(None)
    rows = db.session.scalars(select(Picture).where(Picture.town_id == town_id, kind)).all()
    gone = [_row(row) for row in rows]
    db.session.execute(
        delete(Picture).where(Picture.id.in_([row.picture_id for row in gone])),
        execution_options={"synchronize_session": False},
    )
    return gone


def _picture(
    town_id: int, account_id: int, token: str, drawn: Drawn, caption: Caption, *, waits: bool
) -> Picture:
    picture = Picture(
        town_id=town_id,
        token=token,
        width=drawn.width,
        height=drawn.height,
        uploaded_by_id=account_id,
        uploaded_at=clock.now(),
        released_at=None if waits else clock.now(),
    )
    _put_caption(picture, caption)
    return picture


def _put_caption(picture: Picture, caption: Caption) -> None:
    picture.alternative_text = caption.alternative_text
    picture.photographer = caption.photographer
    picture.right_of_use = caption.right_of_use


def _locked(town_id: int, picture_id: int) -> Picture | None:
    return db.session.scalar(
        select(Picture)
        .where(Picture.id == picture_id, Picture.town_id == town_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _delete_files(rows: Iterable[PictureRow]) -> None:
    for row in rows:
        for width in row.widths:
            store.delete(FOLDER, _name(row.token, width))


def _name(token: str, width: int) -> str:
    return f"{token}-{width}.jpg"


def _row(picture: Picture) -> PictureRow:
    return PictureRow(
        picture_id=picture.id,
        token=picture.token,
        caption=Caption(picture.alternative_text, picture.photographer, picture.right_of_use),
        width=picture.width,
        height=picture.height,
        uploaded_at=picture.uploaded_at,
        is_released=picture.released_at is not None,
    )
