"""What a dissolved town's sections become: the larger town's stay, the smaller one's wait as drafts for a lead.

Nothing is lost: the larger town's history goes along with its sections, the smaller one's stays under the key of the
dissolved town. Part of a running transaction.
"""

from sqlalchemy import delete, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Section, SectionDraft, SectionVersion, Town, Typed

_IN_SILENCE = {"synchronize_session": False}


def inherit(town: Town, successor: Town, *, leads: bool) -> int:
    """Hand the sections on; answers how many became drafts. ``leads`` says that the dissolved town is the larger."""
    drafts = _make_drafts(successor if leads else town, successor)
    if leads:
        _swap_histories(town, successor)
        _move_all(Section, town, successor)
    _move_drafts(town, successor)
    _move_typed(town, successor)
    db.session.expire_all()
    return drafts


def _make_drafts(origin: Town, successor: Town) -> int:
    """Without an author: whoever wrote them did not write them for this town."""
    told = db.session.scalars(select(Section).where(Section.town_id == origin.id).order_by(Section.id)).all()
    filled = [section for section in told if section.fields or section.text]
    db.session.add_all(
        SectionDraft(
            town_id=successor.id,
            thesis=section.thesis,
            fields=section.fields,
            text=section.text,
            visibility=section.visibility,
            created_at=clock.now(),
        )
        for section in filled
    )
    db.session.flush()
    db.session.execute(delete(Section).where(Section.town_id == origin.id), execution_options=_IN_SILENCE)
    return len(filled)


def _swap_histories(town: Town, successor: Town) -> None:
    """Each history under the other town; numbers below zero keep them apart on the way."""
    versions = SectionVersion
    for origin, target, sign in ((successor, successor, -1), (town, successor, 1)):
        db.session.execute(
            update(versions)
            .where(versions.town_id == origin.id, versions.version > 0)
            .values(town_id=target.id, version=versions.version * sign),
            execution_options=_IN_SILENCE,
        )
    db.session.execute(
        update(versions)
        .where(versions.town_id == successor.id, versions.version < 0)
        .values(town_id=town.id, version=-versions.version),
        execution_options=_IN_SILENCE,
    )


def _move_all(rows: type[Section], town: Town, successor: Town) -> None:
    db.session.execute(
        update(rows).where(rows.town_id == town.id).values(town_id=successor.id),
        execution_options=_IN_SILENCE,
    )


def _move_drafts(town: Town, successor: Town) -> None:
    """Where somebody has one for the same section in both towns, the older town's loses its author."""
    known = {
        (thesis, author)
        for thesis, author in db.session.execute(
            select(SectionDraft.thesis, SectionDraft.author_id).where(SectionDraft.town_id == successor.id)
        )
    }
    for draft in db.session.scalars(select(SectionDraft).where(SectionDraft.town_id == town.id)):
        if (draft.thesis, draft.author_id) in known:
            draft.author_id = None
        draft.town_id = successor.id
    db.session.flush()


def _move_typed(town: Town, successor: Town) -> None:
    """What is half-typed follows its writer, unless she has begun the same form for the successor too."""
    begun = db.session.execute(select(Typed.account_id, Typed.form).where(Typed.town_id == successor.id))
    known = {(account_id, form) for account_id, form in begun}
    for half in db.session.scalars(select(Typed).where(Typed.town_id == town.id)):
        if (half.account_id, half.form) not in known:
            half.town_id = successor.id
    db.session.flush()
