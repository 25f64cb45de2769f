"""Configuration fails early, with a sentence that says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import config
from kleinstadt_net.database import Base, db
from kleinstadt_net.models import Installation
from kleinstadt_net.services import installation
from tests.conftest import ROOT
from tests.support import databases

COMPLETE = {
    "database_url": "postgresql://localhost/kleinstadtnetz",
    "secret_key": "x" * 32,
    "public_url": "https://netz.verband.test",
    "mail_default_sender": "Netz <post@verband.test>",
}


def wsgi(environment: dict[str, str], command: str = "import wsgi") -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KLEINSTADT")}
    return subprocess.run(
        [sys.executable, "-c", command],
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("kind", ["", "prod", "Production"])
def test_there_is_no_default_configuration(kind: str) -> None:
    with pytest.raises(ValueError, match="KLEINSTADT_CONFIG must be one of"):
        config.load(kind, secret_key="x" * 32)


def test_a_complete_production_is_accepted_with_the_strictest_cookie() -> None:
    keys = config.load("production", **COMPLETE)
    assert keys["SESSION_COOKIE_NAME"] == "__Host-session" and keys["SESSION_COOKIE_SECURE"]
    assert keys["SQLALCHEMY_DATABASE_URI"].startswith("postgresql+psycopg://")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"database_url": ""}, "DATABASE_URL"),
        ({"public_url": "http://netz.verband.test"}, "PUBLIC_URL with https"),
        ({"public_url": "netz.verband.test"}, "must begin with http"),
        ({"size_range": "20000,5000"}, "SIZE_RANGE"),
        ({"network_name": "Netz\nBcc: x@y.test"}, "control characters"),
    ],
)
def test_what_production_lacks_is_named(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        config.load("production", **{**COMPLETE, **wrong})


def test_a_server_without_a_configuration_says_so_in_one_line() -> None:
    ended = wsgi({})
    assert ended.returncode == 1
    assert ended.stderr.startswith("Configuration: KLEINSTADT_CONFIG") and "Traceback" not in ended.stderr


def test_production_refuses_a_database_with_invented_towns(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
        "SECRET_KEY": "x" * 32,
        "PUBLIC_URL": "https://netz.verband.test",
        "MAIL_DEFAULT_SENDER": "Netz <post@verband.test>",
        "KLEINSTADT_CONFIG": "production",
    }
    assert wsgi(environment).returncode == 0
    with databases.application(environment["DATABASE_URL"]).app_context():
        Base.metadata.create_all(db.engine)
        db.session.add(Installation(id=1, kind=installation.DEMONSTRATION, revision=0))
        db.session.commit()
        db.engine.dispose()
    refused = wsgi(environment)
    assert refused.returncode == 1 and "flask demo remove" in refused.stderr


def test_a_worker_of_the_server_reads_the_database_before_the_first_request(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'network.sqlite3'}",
        "SECRET_KEY": "x" * 32,
        "KLEINSTADT_CONFIG": "development",
    }
    known = (
        "import wsgi; from kleinstadt_net.services import practice_index; print(len(practice_index._known))"
    )
    # Without any table it starts all the same.
    assert wsgi({**environment, "SERVER_SOFTWARE": "gunicorn"}, known).stdout == "0\n"
    with databases.application(environment["DATABASE_URL"]).app_context():
        Base.metadata.create_all(db.engine)
        db.session.add(Installation(id=1, kind=installation.DEMONSTRATION, revision=0))
        db.session.commit()
        db.engine.dispose()
    assert wsgi(environment, known).stdout == "0\n"
    assert wsgi({**environment, "SERVER_SOFTWARE": "gunicorn"}, known).stdout == "1\n"
