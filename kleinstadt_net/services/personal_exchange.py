"""What a person has said and written between towns."""

from kleinstadt_net.models import (
    CircleTown,
    SuggestionAnswer,
    TalkOutcome,
)
from kleinstadt_net.services.personal_kept import Kept

EXCHANGE: tuple[Kept, ...] = (
    Kept(
        "Antworten auf Vorschläge, die Sie gegeben haben",
        SuggestionAnswer,
        lambda account: SuggestionAnswer.account_id == account.id,
        {
            "suggestion_id": "Vorschlag",
            "answer": "Antwort",
            "reason": "Grund",
            "via": "gegeben über",
            "answered_at": "gegeben",
            "changed_at": "zuletzt geändert",
        },
    ),
    Kept(
        "Was Sie über Gespräche mit anderen Städten gesagt haben",
        TalkOutcome,
        lambda account: TalkOutcome.account_id == account.id,
        {
            "town_id": "Stadt",
            "peer_id": "andere Stadt",
            "outcome": "was daraus geworden ist",
            "asked_at": "gefragt",
            "answered_at": "geantwortet",
        },
    ),
    Kept(
        "Antworten auf Lernkreise, die Sie gegeben haben",
        CircleTown,
        lambda account: CircleTown.account_id == account.id,
        {
            "circle_id": "Lernkreis",
            "town_id": "Stadt",
            "position": "Stelle",
            "answer": "Antwort",
            "answered_at": "geantwortet",
        },
    ),
)
