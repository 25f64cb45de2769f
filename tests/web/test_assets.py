"""Static files: kept by browsers for ever, because their address changes with them."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

STATIC = Path(__file__).resolve().parents[2] / "kleinstadt_net" / "static"
KERN = "vendor/kern-ux/2.7.2/kern.min.css"
REFERENCE = re.compile(r"url\(\"(?!data:)([^\"]+)\"\)")


def address(app: Flask, path: str) -> str:
    return str(app.jinja_env.globals["asset"](path))  # type: ignore[operator]


def test_a_style_sheet_may_be_kept_for_a_year_and_is_not_sniffed(app: Flask, client: FlaskClient) -> None:
    response = client.get(address(app, "css/base.css"))

    assert response.status_code == 200
    assert response.mimetype == "text/css"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_large_style_sheet_travels_compressed_where_the_browser_takes_it(
    app: Flask, client: FlaskClient
) -> None:
    plain = client.get(address(app, KERN), headers={"Accept-Encoding": "identity"})
    small = client.get(address(app, KERN), headers={"Accept-Encoding": "gzip"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 5
    assert gzip.decompress(small.data) == plain.data


def test_an_address_of_an_earlier_version_is_gone(app: Flask, client: FlaskClient) -> None:
    assert client.get("/static/000000000000/css/base.css").status_code == 404


@pytest.mark.parametrize("sheet", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.name)
def test_what_a_style_sheet_refers_to_is_there(sheet: Path) -> None:
    for reference in REFERENCE.findall(sheet.read_text(encoding="utf-8")):
        assert (sheet.parent / reference).is_file(), reference


def test_own_rules_keep_to_their_prefix() -> None:
    """KERN's own class names may be refined inside ours, never reused for something new."""
    for sheet in (STATIC / "css").glob("*.css"):
        classes = set(re.findall(r"\.(-?[a-z][\w-]*)(?=[^{}]*\{)", sheet.read_text(encoding="utf-8")))
        assert not {name for name in classes if not name.startswith(("kn-", "kern-"))}, sheet.name
