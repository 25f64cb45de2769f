"""The operator's plan of what is deleted when (docs/betrieb/loeschkonzept.md) knows every table there is."""

import re

from kleinstadt_net.database import Base
from tests.conftest import ROOT

NAMED = re.compile(r"`([a-z_]+)`")


def test_every_table_stands_in_the_plan_of_deletions() -> None:
    named = set(NAMED.findall((ROOT / "docs" / "betrieb" / "loeschkonzept.md").read_text()))
    assert Base.metadata.tables.keys() - named == set()
