"""README lists every setting, and no other."""

import re

from kleinstadt_net.settings import Settings
from tests.conftest import ROOT

# Read by ./run alone, which hands them on.
OF_THE_RUN_COMMAND = {"PORT", "SMTP_PORT"}
NAME_IN_A_TABLE = re.compile(r"^\|\s*`([A-Z][A-Z0-9_]+)`", re.MULTILINE)


def test_readme_lists_exactly_the_settings_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = set(NAME_IN_A_TABLE.findall(readme))

    assert listed == {name.upper() for name in Settings.model_fields} | OF_THE_RUN_COMMAND


def test_every_setting_says_what_it_is_for() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
