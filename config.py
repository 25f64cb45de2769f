"""The three configurations. Each is built on ``kleinstadt_net.settings`` and fails early.

``load("production")`` answers a mapping for ``create_app``: Flask's own keys plus the frozen settings.
"""

from collections.abc import Mapping
from typing import Any

from kleinstadt_net.settings import SETTINGS_KEY, Settings, SettingsKind
from kleinstadt_net.settings import load as load_settings

MEGABYTE = 1024 * 1024


class Base:
    """What all three share: the keys Flask and its extensions read."""

    kind: SettingsKind

    def __init__(self, **overrides: Any) -> None:
        self.settings: Settings = load_settings(self.kind, overrides)

    def flask_keys(self) -> dict[str, Any]:
        settings = self.settings
        return {
            SETTINGS_KEY: settings,
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            "SECRET_KEY_FALLBACKS": [key.get_secret_value() for key in settings.secret_key_fallbacks],
            "SQLALCHEMY_DATABASE_URI": settings.resolved_database_url,
            "MAIL_SERVER": settings.mail_server,
            "MAIL_PORT": settings.mail_port,
            "MAIL_USERNAME": settings.mail_username or None,
            "MAIL_PASSWORD": settings.mail_password.get_secret_value() or None,
            "MAIL_USE_TLS": settings.mail_use_tls,
            "MAIL_DEFAULT_SENDER": settings.mail_default_sender,
            "MAX_CONTENT_LENGTH": MEGABYTE,
            "MAX_FORM_MEMORY_SIZE": MEGABYTE // 4,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "WTF_I18N_ENABLED": False,
            "WTF_CSRF_TIME_LIMIT": None,
        }


class Development(Base):
    kind: SettingsKind = "development"


class Testing(Base):
    kind: SettingsKind = "testing"

    def flask_keys(self) -> dict[str, Any]:
        return {**super().flask_keys(), "TESTING": True}


class Production(Base):
    kind: SettingsKind = "production"

    def flask_keys(self) -> dict[str, Any]:
        return {
            **super().flask_keys(),
            # The prefix makes browsers refuse the cookie from another host or an insecure page.
            "SESSION_COOKIE_NAME": "__Host-session",
            "SESSION_COOKIE_SECURE": True,
        }


KINDS: Mapping[str, type[Base]] = {kind.kind: kind for kind in (Development, Testing, Production)}


def load(kind: str, **overrides: Any) -> dict[str, Any]:
    """The configuration called ``kind`` as a mapping for Flask; raises ValueError for others."""
    if kind not in KINDS:
        raise ValueError(f"KLEINSTADT_CONFIG must be one of {', '.join(KINDS)}, not {kind!r}")
    return KINDS[kind](**overrides).flask_keys()
