"""The letter after silent months: it asks once whether to pause, and takes the place of the month's Monatsbrief."""

from kleinstadt_net.mail import letters
from kleinstadt_net.mail.letters import LetterDraft
from kleinstadt_net.services import correspondence, digest_letter, installation, subscriptions, urls
from kleinstadt_net.services.digest_people import Reader

TEMPLATE = "digest_silent"
TOWN_PATH = "/unsere-stadt"


def draft(reader: Reader, month: str) -> LetterDraft:
    """The letter under the key of the month's, so that there is never both."""
    context = {
        "greeting": correspondence.greeting_to(reader.salutation, reader.first_name, reader.last_name),
        "town": reader.town.name,
        "town_url": urls.absolute(TOWN_PATH),
        "preferences_url": subscriptions.preferences_url(reader.token),
        "unsubscribe_url": subscriptions.unsubscribe_url(reader.token),
    }
    return letters.build(
        letters.render(TEMPLATE, context, demonstration=installation.is_demonstration()),
        key=f"{digest_letter.KIND}:{reader.account_id}:{month}",
        kind=digest_letter.KIND,
        recipient=reader.email,
        recipient_name=f"{reader.first_name} {reader.last_name}".strip(),
        account_id=reader.account_id,
        period=month,
        unsubscribe_url=subscriptions.unsubscribe_url(reader.token),
    )
