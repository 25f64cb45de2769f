"""What every test may ask for: a database, the application, a client, people, a mail server."""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import trustme
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule as UrlRule

import config
from kleinstadt_net import create_app
from kleinstadt_net.database import db
from kleinstadt_net.documents import pdf
from kleinstadt_net.mail import letters
from kleinstadt_net.security import passwords
from kleinstadt_net.settings import Settings
from tests.support import browser, databases, letter_judges, postgres
from tests.support import cast as people
from tests.support import client as clients
from tests.support.databases import Database
from tests.support.smtp import PostOffice, Watch

ROOT = Path(__file__).resolve().parent.parent

# For drawn tests: a busy machine is no finding, and thirty examples find what a thousand would.
settings.register_profile(
    "tests", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")
OFFICIAL_DATA = ROOT.parent / "shared" / "data"
# Where it matters that both databases behave alike.
ON_BOTH_DATABASES = ("mail", "jobs", "migrations")
# The use cases run on PostgreSQL; the pages and commands above them, and with these the same use cases, on SQLite.
ON_POSTGRESQL = ("services",)
# "sqlite": nothing on PostgreSQL; "every": use cases and commands on both, which takes half as long again.
DATABASES = "TEST_DATABASES"
# The application is to find nothing of the developer's own environment.
SETTINGS = tuple(name.upper() for name in Settings.model_fields)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    room = Path(metafunc.definition.path).relative_to(ROOT / "tests").parts[0]
    both = room in ON_BOTH_DATABASES or metafunc.definition.get_closest_marker("both_databases")
    wanted = os.environ.get(DATABASES)
    if wanted == "sqlite":
        chosen = ["sqlite"]
    elif wanted != "every" and metafunc.definition.get_closest_marker("on_postgresql"):
        chosen = ["postgresql" if _has_postgresql() else "sqlite"]
    elif both or (wanted == "every" and room in (*ON_POSTGRESQL, "cli")):
        chosen = ["sqlite", "postgresql"]
    else:
        chosen = ["postgresql" if room in ON_POSTGRESQL and _has_postgresql() else "sqlite"]
    metafunc.parametrize("database", chosen, indirect=True)


def _has_postgresql() -> bool:
    return bool(os.environ.get("REQUIRE_PG")) or postgres.is_available()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """The real cost of a hash, 80 ms, is for attackers; tests of the cost itself build their own hasher."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "_decoy", passwords.hash_password("no account has this password"))
        yield


@pytest.fixture(autouse=True, scope="session")
def _routes_compiled_once() -> Iterator[None]:
    """Werkzeug compiles each route into Python code, for every application anew: three quarters of making one.

    The code depends on the route alone, so all applications of a run may share it.
    """
    compiled: dict[tuple[Any, ...], Any] = {}
    compile_builder = UrlRule._compile_builder

    def remember(rule: UrlRule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UrlRule, "_compile_builder", remember)
        yield


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Iterator[postgres.Server]:
    """The run's one server: with xdist the controller has started it, else it is started here."""
    if given := getattr(request.config, "workerinput", {}).get("postgresql"):
        yield postgres.Server(given)
        return
    if not postgres.is_available():
        missing("REQUIRE_PG", postgres.MISSING)
    server = postgres.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _postgresql(postgresql_server: postgres.Server) -> Iterator[tuple[Database, sa.Engine]]:
    name = f"kleinstadt_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    databases.postgresql_template(postgresql_server)
    made = databases.new_postgresql(postgresql_server, name)
    engine = sa.create_engine(made.url)
    yield made, engine
    engine.dispose()
    databases.remove_postgresql(postgresql_server, name)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A migrated, empty database; ``database.url`` is for tests that start processes of their own."""
    if request.param == "sqlite":
        return databases.sqlite_copy(request.getfixturevalue("_sqlite_template"), tmp_path)
    found, engine = request.getfixturevalue("_postgresql")
    databases.empty(engine)
    assert isinstance(found, Database)
    return found


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("jinja")))


@pytest.fixture
def make_app(
    database: Database, tmp_path: Path, post_office: PostOffice, _templates: FileSystemBytecodeCache
) -> Iterator[Callable[..., Flask]]:
    """Applications with settings of their own: ``make_app(network_name="…")``; all on this test's database."""
    made: list[Flask] = []

    def make(kind: str = "testing", **overrides: Any) -> Flask:
        defaults = {
            "secret_key": databases.SECRET_KEY,
            "database_url": database.url,
            "data_dir": tmp_path / "instance",
            "mail_server": post_office.host,
            "mail_port": post_office.port,
        }
        app = create_app(config.load(kind, **{**defaults, **overrides}))
        app.test_client_class = clients.ProofReadingClient
        # Compiled once per run: the templates are the same whatever the settings are.
        app.jinja_env.bytecode_cache = _templates
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The application as tests want it, with its context pushed."""
    app = make_app()
    with app.app_context():
        yield app


@pytest.fixture(scope="session")
def _court() -> Iterator[letter_judges.Court]:
    """Whatever a test writes of letters is judged, with the facts each is really given."""
    court = letter_judges.Court(letters.render, letters.build)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(letters, "render", court.render)
        patch.setattr(letters, "build", court.build)
        yield court


@pytest.fixture(autouse=True)
def _letters_are_judged(_court: letter_judges.Court) -> Iterator[None]:
    """Said after the test and not while the letter is written: some code goes on after a letter it cannot make."""
    _court.found.clear()
    yield
    assert not _court.found, "\n".join(_court.found)


@pytest.fixture
def client(app: Flask) -> clients.ProofReadingClient:
    made = app.test_client()
    assert isinstance(made, clients.ProofReadingClient)
    return made


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., Any]:
    """``sign_in(client, account)``: from now on the client is this person's browser."""
    return clients.sign_in


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs ``flask`` commands; its results keep standard output and standard error apart."""
    return app.test_cli_runner()


@pytest.fixture
def cast(app: Flask) -> people.Cast:
    return people.make_cast()


@pytest.fixture(scope="session")
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.start()
    yield office
    office.stop()


@pytest.fixture
def smtp(post_office: PostOffice) -> PostOffice:
    """A real mail server, empty; the application is told its address."""
    post_office.reset()
    return post_office


@pytest.fixture(autouse=True)
def _no_stray_letters(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A letter may leave only in a test that asked for ``smtp``, and only to that server."""
    watch = Watch()
    if "smtp" in request.fixturenames:
        office: PostOffice = request.getfixturevalue("smtp")
        watch.allowed_ports = lambda: office.allowed_ports
    watch.install(monkeypatch.setattr)
    yield
    assert not watch.strays, f"SMTP connections nobody allowed: {watch.strays}"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Vouches for the certificates of the tests' own servers; nobody knows it but who asks for ``trusted``."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


@pytest.fixture(scope="session")
def official_data() -> Path:
    """The directory with real official files; tests that need them skip where it is missing."""
    if not OFFICIAL_DATA.is_dir():
        pytest.skip(f"the official files are not at {OFFICIAL_DATA}")
    return OFFICIAL_DATA


@pytest.fixture(scope="session")
def drawn() -> None:
    """For tests that read a PDF: WeasyPrint draws it with Debian's pango."""
    if not pdf.is_available():
        missing("REQUIRE_PDF", pdf.MISSING)


def missing(demand: str, message: str) -> None:
    """Skip what the machine cannot run, or fail where the environment demands that it can."""
    if os.environ.get(demand):
        pytest.fail(f"{demand} is set, but there is {message}")
    pytest.skip(message)


# --- one PostgreSQL server for all workers of a run, and a loud line where something is missing


def pytest_configure_node(node: Any) -> None:
    """xdist, in the controller: called before each worker starts."""
    if not postgres.is_available():
        return
    stash = node.config.stash
    if SERVER not in stash:
        stash[SERVER] = postgres.start()
    node.workerinput["postgresql"] = stash[SERVER].url


def pytest_configure() -> None:
    # A run that is told to end stops its servers first, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_finish() -> None:
    # What is loaded by now stays: looking through it for garbage again and again took an eighth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(SERVER, None):
        server.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not postgres.is_available():
        terminalreporter.write_sep("!", "NOT TESTED ON POSTGRESQL", red=True, bold=True)
        terminalreporter.write_line(postgres.MISSING)
    if browser.path() is None:
        terminalreporter.write_sep("!", "NOT TESTED IN A BROWSER", red=True, bold=True)
        terminalreporter.write_line(browser.MISSING)
    if not pdf.is_available():
        terminalreporter.write_sep("!", "PRINTED DOCUMENTS NOT TESTED", red=True, bold=True)
        terminalreporter.write_line(pdf.MISSING)


SERVER = pytest.StashKey[postgres.Server]()
