"""A dissolved town's questions and answers go on with its successor. Part of a running transaction."""

from sqlalchemy import update

from kleinstadt_net.database import db
from kleinstadt_net.models import Question, QuestionAnswer


def inherit(town_id: int, successor_id: int, *, suspended: bool) -> None:
    """Hand them on; those of a suspended town stay with it, where nobody sees them."""
    if suspended:
        return
    for rows in (Question, QuestionAnswer):
        db.session.execute(
            update(rows).where(rows.town_id == town_id).values(town_id=successor_id),
            execution_options={"synchronize_session": False},
        )
    db.session.expire_all()
