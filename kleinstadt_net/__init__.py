"""Kleinstadtnetz: the mayors of small towns find the colleague who has already solved their problem."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from kleinstadt_net import cli, database, logs, security, web
from kleinstadt_net.blueprints import register_blueprints
from kleinstadt_net.database import db
from kleinstadt_net.extensions import csrf, login_manager, migrate

# Under its own name it would hide the mail room from everybody who asks this package for it.
from kleinstadt_net.extensions import mail as mail_extension

ROOT = Path(__file__).resolve().parent.parent


def create_app(config: Mapping[str, Any]) -> Flask:
    """Build the application from a mapping made by ``config.load``; starts no thread."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.update(config)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        **database.engine_options(app.config["SQLALCHEMY_DATABASE_URI"]),
        **app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}),
    }

    logs.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    mail_extension.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)

    security.init_app(app)
    web.init_app(app)
    register_blueprints(app)
    cli.init_app(app)
    return app
