"""What only one room may do: ask for the time, speak SMTP, ask the database's own clock."""

import ast
import re

import pytest

from tests.house import source

CLOCKS = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|monotonic|strftime"
    r"|perf_counter))$"
)
DATABASE_CLOCKS = re.compile(r"(^|\.)func\.(now|current_timestamp|clock_timestamp)$")
# Claims of several processes compare in the one clock they share.
DATABASE_CLOCK_ROOM = "mail/database_clock.py"
# The connection itself and the one who uses it.
SMTP_ROOMS = {"mail/delivery.py", "mail/smtp.py"}


def uses(tree: ast.AST, pattern: re.Pattern[str]) -> list[str]:
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return [
        f"line {node.lineno}: {source.dotted(node)}" for node in named if pattern.search(source.dotted(node))
    ]


@pytest.mark.parametrize(
    "code",
    ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "t = time.time", "time.monotonic()"],
)
def test_asking_for_the_time_would_be_noticed(code: str) -> None:
    assert uses(ast.parse(code), CLOCKS)


def test_only_the_clock_is_asked_for_the_time() -> None:
    found = {p: uses(tree, CLOCKS) for p, tree in source.modules() if p != "clock.py" and uses(tree, CLOCKS)}
    assert not found, "ask kleinstadt_net.clock, so that tests can travel in time"


def test_nobody_imports_the_time_by_name() -> None:
    """``from time import time`` would hide from the test above."""
    found = [
        f"{path}:{line} from {module} import {name}"
        for path, tree in source.modules()
        for module, name, line in source.imported(tree)
        if module == "time" and name is not None and path != "clock.py"
    ]
    assert not found


def test_only_claims_ask_the_clock_of_the_database() -> None:
    found = [
        path
        for path, tree in source.modules()
        if path != DATABASE_CLOCK_ROOM
        and (
            uses(tree, DATABASE_CLOCKS)
            or any("CURRENT_TIMESTAMP" in str(constant.value) for constant in source.constants(tree))
        )
    ]
    assert not found


def test_only_delivery_speaks_smtp() -> None:
    found = [
        f"{path}:{line} {module}.{name}"
        for path, tree in source.modules()
        for module, name, line in source.imported(tree)
        if path not in SMTP_ROOMS
        and (module.split(".")[0] in {"smtplib", "flask_mail", "aiosmtplib"})
        and (path, name) != ("extensions.py", "Mail")
    ]
    assert not found


def test_only_delivery_uses_the_connection() -> None:
    found = [
        path
        for path, tree in source.modules()
        for module, name, _ in source.imported(tree)
        if path not in SMTP_ROOMS
        and (module, name)
        in {("kleinstadt_net.mail", "smtp"), ("kleinstadt_net.mail.smtp", "VerifiedConnection")}
    ]
    assert not found


def test_only_one_room_speaks_imap() -> None:
    found = [
        f"{path}:{line} {module}"
        for path, tree in source.modules()
        for module, _, line in source.imported(tree)
        if path != "mail/imap.py" and module.split(".")[0] in {"imaplib", "imapclient"}
    ]
    assert not found


def test_nothing_sends_past_the_outbox() -> None:
    """Flask-Mail's ``mail.send`` exists wherever the extension is imported; nobody calls it."""
    pattern = re.compile(r"(^|\.)mail\.(send|send_message|connect)$")
    found = {path: uses(tree, pattern) for path, tree in source.modules() if uses(tree, pattern)}
    assert not found


def test_no_file_is_called_utils() -> None:
    assert not [
        path for path, _ in source.modules() if re.search(r"(^|/)(utils?|helpers?|misc|common)(\.py|/)", path)
    ]
