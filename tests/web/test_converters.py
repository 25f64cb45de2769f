"""Addresses that no row could be found by."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.cast import Cast


@pytest.mark.on_postgresql
@pytest.mark.parametrize(
    "path", ["/brief/%00", "/monatsbrief/%00", "/beispiel/99999999999", "/lernkreis/2147483648"]
)
def test_they_lead_nowhere_instead_of_into_an_error(
    path: str, client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    sign_in(client, cast.mayor)
    assert client.get(path).status_code == 404
