"""What a town tells on each thesis: reading for any page, saving, confirming.

Every write names the version it was based on. When somebody else saved in between, nothing is written and
``StaleVersion`` carries what is stored now. Each change leaves a version behind (``section_history``). What an
editor writes in a town that wants it released becomes a draft instead (``section_drafts``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Section, SectionVersion
from kleinstadt_net.profile import checking
from kleinstadt_net.profile.fields import PUBLIC, Content
from kleinstadt_net.services import audit, freshness, installation, section_drafts, stance_drafts, typed

FORM = "section:{thesis}"


@dataclass(frozen=True)
class SectionRow:
    """One section as its reader may see it: ``fields`` by key without empty ones, ``text`` in Markdown.

    ``version`` 0, without a day, is a section nobody has written yet.
    """

    thesis: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    visibility: str = PUBLIC
    confirmed_on: date | None = None
    version: int = 0
    is_stale: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.fields and not self.text


class StaleVersion(Exception):
    """Somebody else changed the section since the form was opened."""

    def __init__(self, current: SectionRow) -> None:
        super().__init__(f"section {current.thesis} is at version {current.version}")
        self.current = current


class Refused(ValueError):
    """Something typed cannot be taken; ``problems`` has a German sentence by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(f"not taken: {', '.join(problems)}")
        self.problems = problems


def of_town(town_id: int, *, verified: bool) -> dict[str, SectionRow]:
    """The town's sections by thesis, as a reader of a verified town or a visitor may see them."""
    return of_towns([town_id], verified=verified).get(town_id, {})


def of_towns(
    town_ids: Collection[int], *, verified: bool, theses: Collection[str] | None = None
) -> dict[int, dict[str, SectionRow]]:
    """The same for several towns in one query, on all theses or on some; what has nothing to show is left out."""
    query = select(Section).where(Section.town_id.in_(town_ids)).order_by(Section.town_id, Section.thesis)
    if theses is not None:
        query = query.where(Section.thesis.in_(theses))
    if not verified:
        # Left out by the database, so that nothing on a visitor's page can depend on them.
        query = query.where(Section.visibility == PUBLIC)
    found: dict[int, dict[str, SectionRow]] = {}
    for section in db.session.scalars(query):
        row = _row(section, verified=verified)
        if not row.is_empty:
            found.setdefault(section.town_id, {})[section.thesis] = row
    return found


def find(town_id: int, thesis: str) -> SectionRow:
    """The whole section as the town's own people see it; one of version 0 where there is none."""
    section = _stored(town_id, thesis)
    return row_of(section) if section else SectionRow(thesis)


def checked(thesis: str, fields: Mapping[str, Any], text: str, visibility: str) -> Content:
    """What was typed, cleaned; raises Refused, and KeyError for a thesis that does not exist."""
    found = checking.check(thesis, fields, text, visibility)
    if found.problems:
        raise Refused(found.problems)
    return Content(found.fields, found.text, found.visibility)


def save(
    town_id: int,
    account_id: int,
    thesis: str,
    *,
    fields: Mapping[str, Any],
    text: str,
    visibility: str,
    version: int,
) -> bool:
    """Store a section as it was typed; False where it waits for a lead.

    Saving counts as confirming and ends what was kept of a half-typed form. Raises Refused, and StaleVersion when
    ``version`` is not the stored one.
    """
    content = checked(thesis, fields, text, visibility)
    begin_writing(db.session)
    _check_version(town_id, thesis, version)
    typed.forget(account_id, town_id, FORM.format(thesis=thesis))
    if version == 0 and not content.fields and not content.text:
        # Nothing was there and nothing was written.
        db.session.commit()
        return True
    if stance_drafts.must_wait(town_id, account_id):
        section_drafts.put(town_id, account_id, thesis, content)
        db.session.commit()
        return False
    write(town_id, account_id, thesis, content, version)
    finish("section.saved", town_id, account_id, thesis)
    return True


def confirm(town_id: int, account_id: int, thesis: str, version: int) -> bool:
    """Say that a section still holds; False where that waits for a lead.

    Raises StaleVersion when it has changed meanwhile, or never was.
    """
    begin_writing(db.session)
    _check_version(town_id, thesis, version)
    stored = _stored(town_id, thesis)
    if stored is None:
        _refuse(town_id, thesis)
    assert stored is not None
    content = Content(stored.fields, stored.text, stored.visibility)
    if stance_drafts.must_wait(town_id, account_id):
        section_drafts.put(town_id, account_id, thesis, content)
        db.session.commit()
        return False
    write(town_id, account_id, thesis, content, version)
    finish("section.confirmed", town_id, account_id, thesis)
    return True


def write(
    town_id: int,
    account_id: int | None,
    thesis: str,
    content: Content,
    version: int,
    *,
    restored: int | None = None,
) -> None:
    """Make this the town's section in the running transaction; the same content again only confirms it.

    ``restored`` is the number of the version that is brought back. Raises StaleVersion, having rolled back, when
    ``version`` is not the stored one.
    """
    stored = _stored(town_id, thesis)
    if (stored.version if stored else 0) != version:
        _refuse(town_id, thesis)
    if stored is None:
        _insert(town_id, account_id, thesis, content)
    elif content == Content(stored.fields, stored.text, stored.visibility):
        _update(stored, version, confirmed_on=clock.today())
        return
    else:
        _update(
            stored,
            version,
            **vars(content),
            version=version + 1,
            confirmed_on=_confirmed_on(stored, content),
            changed_by_id=account_id,
            changed_at=clock.now(),
        )
    db.session.add(
        SectionVersion(
            town_id=town_id,
            thesis=thesis,
            version=version + 1,
            **vars(content),
            restored_version=restored,
            changed_by_id=account_id,
            changed_at=clock.now(),
        )
    )
    db.session.flush()


def finish(action: str, town_id: int, account_id: int, thesis: str) -> None:
    """Note the deed, tell every process that the town changed, and commit."""
    audit.record(action, account_id=account_id, town_id=town_id, subject=thesis)
    installation.touch_town(town_id)
    db.session.commit()


def _confirmed_on(stored: Section, content: Content) -> date:
    """Today; but where visitors see no change they see no new day either, so that no need shows through it."""
    before = _for_visitors(stored.thesis, Content(stored.fields, stored.text, stored.visibility))
    after = _for_visitors(stored.thesis, content)
    return stored.confirmed_on if before is not None and before == after else clock.today()


def _for_visitors(thesis: str, content: Content) -> tuple[dict[str, Any], str] | None:
    """What a visitor reads of it; None for nothing."""
    if content.visibility != PUBLIC:
        return None
    fields = checking.visible(thesis, content.fields, verified=False)
    return (fields, content.text) if fields or content.text else None


def _check_version(town_id: int, thesis: str, version: int) -> None:
    stored = _stored(town_id, thesis)
    if (stored.version if stored else 0) != version:
        _refuse(town_id, thesis)


def _refuse(town_id: int, thesis: str) -> None:
    db.session.rollback()
    raise StaleVersion(find(town_id, thesis))


def _insert(town_id: int, account_id: int | None, thesis: str, content: Content) -> None:
    db.session.add(
        Section(
            town_id=town_id,
            thesis=thesis,
            **vars(content),
            confirmed_on=clock.today(),
            version=1,
            changed_by_id=account_id,
            changed_at=clock.now(),
        )
    )
    try:
        db.session.flush()
    except IntegrityError:
        # Two people wrote the section for the first time at the same moment; the unique key let one through.
        _refuse(town_id, thesis)


def _update(stored: Section, at: int, **values: object) -> None:
    town_id, thesis = stored.town_id, stored.thesis
    changed = db.session.execute(
        update(Section)
        .where(Section.id == stored.id, Section.version == at)
        .values(**values)
        .returning(Section.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if changed is None:
        _refuse(town_id, thesis)
    db.session.expire(stored)


def _stored(town_id: int, thesis: str) -> Section | None:
    return db.session.scalar(
        select(Section)
        .where(Section.town_id == town_id, Section.thesis == thesis)
        .execution_options(populate_existing=True)
    )


def row_of(section: Section) -> SectionRow:
    """A stored section as the town's own people see it."""
    return _row(section, verified=True)


def _row(section: Section, *, verified: bool) -> SectionRow:
    return SectionRow(
        thesis=section.thesis,
        fields=checking.visible(section.thesis, section.fields, verified=verified),
        text=section.text,
        visibility=section.visibility,
        confirmed_on=section.confirmed_on,
        version=section.version,
        is_stale=freshness.is_stale(section.confirmed_on),
    )
