"""The field with which one adds documents to a message or an example, and what it says when one is not taken."""

from collections.abc import Mapping
from typing import Any

from wtforms import MultipleFileField

from kleinstadt_net.services.attachments import MAX_BYTES, MAX_FILES, AttachmentRefused, Fault, Upload

# The words around the files in the request.
ROOM_FOR_TEXTS = 64 * 1024
# For ``accepts_upload``.
MAX_REQUEST = MAX_FILES * MAX_BYTES + ROOM_FOR_TEXTS
HINT = (
    f"Bis zu {MAX_FILES} Dateien, jede höchstens {MAX_BYTES // 1024**2} MB: PDF, Word, Excel, PowerPoint, "
    "LibreOffice (ODT, ODS, ODP) oder Bilder (JPEG, PNG, WebP)."
)
FAULTS: Mapping[Fault, str] = {
    Fault.EMPTY: "„{name}“ ist leer. Bitte wählen Sie die Datei noch einmal aus.",
    Fault.TOO_HEAVY: f"„{{name}}“ ist größer als {MAX_BYTES // 1024**2} MB. Bitte verkleinern Sie die Datei.",
    Fault.TOO_MANY: f"Es sind höchstens {MAX_FILES} Dateien möglich. Bitte wählen Sie weniger aus.",
    Fault.UNKNOWN: "„{name}“ hat ein Format, das wir nicht annehmen. Bitte speichern Sie die Datei als PDF.",
    Fault.NOT_WHAT_IT_SAYS: (
        "„{name}“ enthält etwas anderes, als die Endung sagt. Bitte speichern Sie die Datei in ihrem Programm neu."
    ),
    Fault.BROKEN: "„{name}“ ist beschädigt oder unvollständig. Bitte speichern Sie die Datei neu.",
    Fault.BOMB: (
        "„{name}“ würde sich beim Öffnen auf ein Vielfaches ihrer Größe entfalten. Bitte verkleinern Sie die Datei."
    ),
    Fault.ACTIVE: (
        "„{name}“ enthält Makros, Programme oder weitere Dateien oder ist mit einem Kennwort geschützt. "
        "Bitte speichern Sie die Datei ohne all das, am besten als neues PDF."
    ),
    Fault.INFECTED: "In „{name}“ hat der Virenscanner Schadsoftware gefunden. Bitte wenden Sie sich an Ihre IT.",
    Fault.UNCHECKED: (
        "„{name}“ konnte gerade nicht auf Schadsoftware geprüft werden. Bitte versuchen Sie es später noch einmal."
    ),
}
NONE_CHOSEN = "Bitte wählen Sie mindestens eine Datei aus."


class AttachmentsField(MultipleFileField):  # type: ignore[misc]  # WTForms' stubs leave it untyped
    """Any number of files; which of them are taken the service decides."""

    def uploads(self) -> tuple[Upload, ...]:
        """What was chosen, each with no more bytes than it takes to see that it is too large."""
        # A browser sends an empty part without a name where nothing was chosen.
        chosen = [sent for sent in self.data or () if getattr(sent, "filename", "")]
        # One more than may be sent is enough to see that they are too many.
        return tuple((sent.filename, sent.stream.read(MAX_BYTES + 1)) for sent in chosen[: MAX_FILES + 1])

    def refuse(self, refused: AttachmentRefused) -> None:
        """Say at the field why a file was not taken."""
        self.errors = [FAULTS[refused.fault].format(name=refused.name)]


def attachments_field(label: str = "Dateien", **given: Any) -> AttachmentsField:
    """The field with its hint."""
    return AttachmentsField(label, description=HINT, **given)
