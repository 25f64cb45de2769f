from collections.abc import Iterator

import pytest
import time_machine

from tests.support.digests import TUESDAY


@pytest.fixture
def on_the_first_tuesday() -> Iterator[None]:
    """The day on which the Monatsbrief of December is due, at nine o'clock."""
    with time_machine.travel(TUESDAY, tick=False):
        yield
