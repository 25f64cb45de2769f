"""What operators have taken out after reports, known by its fingerprint, so that it does not come back unchanged.

A decision that was taken back after a complaint counts no longer.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import PeerReview, Practice, Report
from kleinstadt_net.services import attachments, practices
from kleinstadt_net.services.practice_content import Content
from kleinstadt_net.services.report_rules import KEPT, PEER_REVIEW, PRACTICE, Target, stamp

_STILL_OUT = (
    Report.removed_stamp.is_not(None),
    func.coalesce(Report.final_outcome, Report.outcome) != KEPT,
)


def stamp_of_practice(practice: Practice) -> str:
    """The fingerprint of an example as others read it, with its documents."""
    subjects = practices.subjects_of([practice.id]).get(practice.id, ())
    documents = attachments.of_practices([practice.id], with_waiting=False).get(practice.id, ())
    told = Content.of(practice, subjects).as_json()
    return stamp(json.dumps(told, sort_keys=True), *(one.token for one in documents))


def taken_out(examples: Iterable[Practice]) -> frozenset[int]:
    """Which of these examples were taken out of the library, by decisions that still stand: one query."""
    made_at = {practice.id: practice.created_at for practice in examples}
    rows = db.session.execute(
        select(Report.target_id, Report.created_at).where(
            Report.target_kind == PRACTICE, Report.target_id.in_(made_at), *_STILL_OUT
        )
    )
    return frozenset(row.target_id for row in rows if row.created_at >= made_at[row.target_id])


def comes_back_unchanged(practice: Practice) -> bool:
    """Whether an example is, to the letter, what was taken out."""
    taken_out = _stamps(Target(PRACTICE, practice.id), practice.created_at)
    return bool(taken_out) and stamp_of_practice(practice) in taken_out


def was_taken_out(row: PeerReview, text: str) -> bool:
    """Whether a text to be published about a peer review is, to the letter, one that was taken out."""
    return stamp(text) in _stamps(Target(PEER_REVIEW, row.id), row.created_at)


def _stamps(target: Target, made_at: datetime) -> set[str]:
    """What was taken out of one object; a report older than it is about another with the same number."""
    found = db.session.scalars(
        select(Report.removed_stamp).where(
            Report.target_kind == target.kind,
            Report.target_id == target.target_id,
            Report.created_at >= made_at,
            *_STILL_OUT,
        )
    )
    return {one for one in found if one is not None}
