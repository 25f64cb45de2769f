"""What a person has written of her town's examples."""

from kleinstadt_net.models import Practice
from kleinstadt_net.services.personal_kept import Kept

PRACTICES: tuple[Kept, ...] = (
    Kept(
        "Beispiele Ihrer Stadt, die Sie begonnen haben",
        Practice,
        lambda account: Practice.created_by_id == account.id,
        {
            "town_id": "Stadt",
            "title": "Titel",
            "state": "Stand",
            "exchange_id": "Gespräch, aus dem es entstand",
            "created_at": "begonnen",
            "submitted_at": "zur Freigabe vorgelegt",
            "released_at": "freigegeben",
        },
    ),
    Kept(
        "Beispiele Ihrer Stadt, die Sie zuletzt geändert haben",
        Practice,
        lambda account: Practice.changed_by_id == account.id,
        {
            "town_id": "Stadt",
            "title": "Titel",
            "problem": "Problem",
            "steps": "Schritte",
            "cost_band": "Kosten",
            "staff": "im Rathaus befasst",
            "duration": "Dauer",
            "partners_inside": "Partner in der Stadt",
            "partners_outside": "Partner von außen",
            "is_funded": "gefördert",
            "funding": "Förderprogramm",
            "instrument": "Mittel",
            "legal_basis": "Rechtsgrundlage",
            "success_factors": "was zum Gelingen beigetragen hat",
            "failures": "was nicht funktioniert hat",
            "contact_office": "Amt",
            "began_on": "Beginn",
            "ended_on": "Ende",
            "version": "Fassung",
            "changed_at": "geändert",
        },
    ),
    Kept(
        "Änderungen an Beispielen, die Sie zur Freigabe vorgelegt haben",
        Practice,
        lambda account: Practice.proposed_by_id == account.id,
        {"town_id": "Stadt", "title": "Titel", "proposal": "Änderung", "proposed_at": "vorgelegt"},
    ),
)
