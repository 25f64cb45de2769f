"""Who looks at pages that show confirmed towns more than visitors."""

from flask_login import current_user

from kleinstadt_net.services.directory_filters import VISITOR, Reader


def reader() -> Reader:
    """Somebody of a confirmed town, or a visitor, which an unconfirmed person is here."""
    if not (current_user.is_verified and current_user.acting):
        return VISITOR
    return Reader(current_user.acting.town_id, verified=True)
