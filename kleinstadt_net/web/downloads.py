"""Files handed over to be saved, never to be opened in the browser's window."""

from urllib.parse import quote

from flask import Response

from kleinstadt_net.search.folding import fold
from kleinstadt_net.services.attachments import MEDIA_TYPES, AttachmentRow

# What RFC 8187 lets stand as it is.
PLAIN = "!#$&+-.^_`|~"


def download(row: AttachmentRow, data: bytes) -> Response:
    """A document as a file of its name and kind; whether this reader may have it the view has asked."""
    response = Response(data, mimetype=MEDIA_TYPES[row.kind])
    # Programs that cannot read the true name get one in plain letters.
    stem, _, ending = row.name.rpartition(".")
    plain = f"{fold(stem).replace(' ', '-') or 'dokument'}.{ending}"
    names = {"filename": plain, "filename*": f"UTF-8''{quote(row.name, safe=PLAIN)}"}
    response.headers.set("Content-Disposition", "attachment", **names)
    response.headers["Cache-Control"] = "private, no-store"
    return response
