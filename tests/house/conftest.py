"""The world of the house tests: see world.py."""

import pytest
from flask import Flask

from tests.house.world import World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()
