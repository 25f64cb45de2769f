"""Static files under an address that changes with their content, so that browsers may keep them.

One digest over the whole folder stands in the path: ``/static/<digest>/css/base.css``. References
between the files stay relative and need no rewriting.
"""

import hashlib
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

DIGEST_LENGTH = 12


def init_app(app: Flask) -> None:
    """Serve the static folder in front of the application and offer ``asset`` to templates."""
    folder = Path(app.static_folder or "")
    prefix = f"/static/{_digest(folder)}/"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=folder,
        prefix=prefix,
        immutable_file_test=_never_changes,
        add_headers_function=_add_headers,
    )
    # Not url_for: the page for a wrong host name is rendered where no URL can be built.
    app.jinja_env.globals["asset"] = lambda path: prefix + path


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGEST_LENGTH]


def _never_changes(path: str, url: str) -> bool:
    return True


def _add_headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    # Fonts and styles are for our own pages only.
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    del headers["Access-Control-Allow-Origin"]
