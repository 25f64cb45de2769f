"""Structured log lines on standard error, with a request id and without personal data.

Callers log ids and counts, never names, addresses or texts; a house test reads what a signed-in
visit and a sent letter leave in the log.
"""

import logging
import sys
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from kleinstadt_net import clock

REQUEST_ID_HEADER = "X-Request-ID"


def init_app(app: Flask) -> None:
    """Send every log line through structlog as JSON, or readably in development."""
    settings = app.config["KLEINSTADT_SETTINGS"]
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False)
        if settings.is_development
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    _configure(renderer)
    app.before_request(_start_request)
    app.after_request(_log_request)


def _configure(renderer: structlog.typing.Processor) -> None:
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    # Exactly one handler of ours, however many applications a test process makes.
    for old in [h for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # They tell each step they take; fontTools even which letters a document is written with.
    for name in ("apscheduler", "alembic", "weasyprint", "fontTools", "imapclient"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _start_request() -> None:
    g.request_id = uuid4().hex
    g.request_started = clock.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _log_request(response: Response) -> Response:
    response.headers[REQUEST_ID_HEADER] = g.get("request_id", "")
    # The rule, not the path: a path may hold the random characters of a link.
    structlog.get_logger("web").info(
        "request",
        method=request.method,
        rule=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        milliseconds=round((clock.monotonic() - g.get("request_started", clock.monotonic())) * 1000, 1),
    )
    return response
