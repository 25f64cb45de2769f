"""What an operator may take out of a section after a report: all of it, or one part of it."""

from typing import Any

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Section, SectionVersion
from kleinstadt_net.profile import words
from kleinstadt_net.profile.fields import Content
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.services import audit, installation, sections
from kleinstadt_net.services.moderation import ContentChanged, Removed

# The name of the part that is the section's own text.
TEXT = "text"


def take_out(
    town_id: int, thesis: str, version: int, *, part: str = "", by_account_id: int, report_id: int
) -> Removed:
    """Remove a section or one part of it in the running transaction, from its earlier versions too.

    ``part`` is the key of a field or "text"; without it everything goes. Raises ContentChanged when ``version`` is
    not the stored one, or there is nothing to remove.
    """
    section = db.session.scalar(
        select(Section)
        .where(Section.town_id == town_id, Section.thesis == thesis, Section.version == version)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    before = Content(section.fields, section.text, section.visibility) if section else None
    after = _without(before, part) if before else None
    if section is None or before is None or after is None or after == before:
        raise ContentChanged(f"section {thesis} at version {version}")
    removed = Removed(thesis, _title(thesis, part), _words(thesis, before, part), whole=True)
    # Not a day is confirmed and nobody of the town has written it.
    confirmed_on = section.confirmed_on
    sections.write(town_id, by_account_id, thesis, after, version)
    db.session.refresh(section)
    section.confirmed_on = confirmed_on
    _clean_history(town_id, thesis, part)
    audit.record(
        "section.removed",
        account_id=by_account_id,
        town_id=town_id,
        subject=thesis,
        whole=not part,
        report=report_id,
    )
    installation.touch_town(town_id)
    return removed


def _without(content: Content, part: str) -> Content:
    if not part:
        return Content({}, "", content.visibility)
    fields = {key: value for key, value in content.fields.items() if key != part}
    return Content(fields, "" if part == TEXT else content.text, content.visibility)


def _clean_history(town_id: int, thesis: str, part: str) -> None:
    """Nobody is to bring back, with one click, what had to go."""
    rows = db.session.scalars(
        select(SectionVersion).where(SectionVersion.town_id == town_id, SectionVersion.thesis == thesis)
    )
    for row in rows:
        kept = _without(Content(row.fields, row.text, row.visibility), part)
        row.fields, row.text = dict(kept.fields), kept.text
    db.session.flush()


def _title(thesis: str, part: str) -> str:
    field = SHAPES[thesis].field.get(part)
    return f"Abschnitt, {field.label if field else 'Text'}" if part else "Abschnitt"


def _words(thesis: str, content: Content, part: str) -> str:
    """What was removed, readable, for the town to keep in its letter."""
    told: dict[str, Any] = {
        field.key: words.readable(field, content.fields[field.key])
        for field in SHAPES[thesis].fields
        if content.fields.get(field.key)
    }
    told[TEXT] = content.text
    return told.get(part, "") if part else "\n".join(filter(None, told.values()))
