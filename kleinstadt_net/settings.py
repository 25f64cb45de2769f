"""Every setting of the service: name, meaning, default. README lists them; a test compares both.

``create_app`` reads the environment once and binds the result; the rooms below the web get values
as arguments, services and mail read ``kleinstadt_net.settings.current()``.
"""

from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kleinstadt_net.territory import DEFAULT_SIZE_RANGE, estimate_range

SettingsKind = Literal["development", "testing", "production"]
SETTINGS_KEY = "KLEINSTADT_SETTINGS"
# MAIL FROM, RCPT TO, DATA, the text itself, its acknowledgement, and RSET after a refusal.
STEPS_PER_LETTER = 6
CLAMD_SOCKET = "unix:"


class Settings(BaseSettings):
    """Frozen settings; field names in upper case are the names of the environment variables."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    kleinstadt_config: SettingsKind = Field(description="development, testing or production; no default")
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty: SQLite in DATA_DIR (not in Production)"
    )
    secret_key: SecretStr = Field(description="signs cookies and forms; at least 32 characters in Production")
    secret_key_fallbacks: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="earlier secret keys, separated by commas, still accepted for reading"
    )
    public_url: str = Field(
        default="http://localhost:8000",
        description="address of the service; all links in letters begin with it",
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="host names answered, separated by commas; empty: the host of PUBLIC_URL"
    )
    proxy_hops: int = Field(default=0, ge=0, le=5, description="number of reverse proxies in front")

    mail_server: str = Field(default="localhost", description="SMTP server")
    mail_port: int = Field(default=8025, ge=1, le=65535, description="port of the SMTP server")
    mail_username: str = Field(default="", description="SMTP user; empty: no sign-in")
    mail_password: SecretStr = Field(default=SecretStr(""), description="SMTP password")
    mail_use_tls: bool = Field(default=False, description="STARTTLS with a verified certificate")
    mail_default_sender: str = Field(
        default="Kleinstadtnetz <post@kleinstadtnetz.example>", description="sender of all letters"
    )
    mail_bounce_address: str = Field(
        default="",
        description="mailbox for reports about letters, which must take bounce+anything too; empty: none are read",
    )
    mail_imap_server: str = Field(
        default="", description="IMAP server of the mailbox for what comes back; empty: none is asked"
    )
    mail_imap_port: int = Field(
        default=993, ge=1, le=65535, description="port of the IMAP server, with TLS from the first byte"
    )
    mail_imap_username: str = Field(default="", description="IMAP user")
    mail_imap_password: SecretStr = Field(default=SecretStr(""), description="IMAP password")
    mail_imap_folder: str = Field(default="INBOX", min_length=1, description="folder that is read")
    mail_imap_done_folder: str = Field(
        default="Processed",
        min_length=1,
        description="folder for messages that have been read; it is made where it is missing",
    )
    # Real servers check for spam before they answer DATA.
    mail_step_timeout: float = Field(
        default=30, gt=0, description="seconds for each step of the talk with a mail server"
    )
    mail_claim_timeout: int = Field(
        default=0, ge=0, description="seconds after which a letter in hand is nobody's; 0: thirty steps' time"
    )
    # Providers close longer talks themselves.
    mail_batch_size: int = Field(
        default=100, ge=1, le=1000, description="letters at most over one connection to the mail server"
    )
    mail_per_minute: int = Field(
        default=0, ge=0, description="letters at most within any minute, all processes together; 0: no limit"
    )

    log_days: int = Field(
        default=14,
        ge=1,
        le=365,
        description="days for which the platform keeps the logs; named on the page about data protection",
    )
    data_dir: Path = Field(default=Path("instance"), description="directory for files of this installation")
    clamd_address: str = Field(
        default="",
        description="virus scanner for uploaded files, host:port or unix:/path/to/socket; empty: none is asked",
    )
    network_name: str = Field(
        default="Kleinstadtnetz", description="name of the network on pages and letters"
    )
    operator_name: str = Field(default="", description="Impressum: who runs the service")
    operator_address: str = Field(default="", description="Impressum: postal address, lines separated by |")
    operator_email: str = Field(
        default="",
        description="Impressum: e-mail address; told of trouble with the letters where no operator can be",
    )
    operator_phone: str = Field(default="", description="Impressum: telephone number")
    operator_representative: str = Field(default="", description="Impressum: who represents the operator")
    operator_privacy_contact: str = Field(default="", description="Datenschutz: data protection officer")
    operator_supervisory_authority: str = Field(
        default="", description="Datenschutz: supervisory authority for complaints"
    )
    operator_enforcement_body: str = Field(
        default="", description="Barrierefreiheit: body for enforcement procedures"
    )
    size_range: Annotated[tuple[int, int], NoDecode] = Field(
        default=DEFAULT_SIZE_RANGE, description="inhabitants of listed towns, from,below"
    )

    @field_validator("secret_key_fallbacks", "trusted_hosts", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("size_range", mode="before")
    @classmethod
    def _split_range(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("size_range")
    @classmethod
    def _ordered_range(cls, value: tuple[int, int]) -> tuple[int, int]:
        if not 0 < value[0] < value[1]:
            example = ",".join(map(str, DEFAULT_SIZE_RANGE))
            raise ValueError(f"SIZE_RANGE needs two rising numbers such as {example}")
        return value

    @field_validator("public_url")
    @classmethod
    def _plain_origin(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("PUBLIC_URL must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("clamd_address")
    @classmethod
    def _scanner_can_be_found(cls, value: str) -> str:
        is_socket = value.startswith(CLAMD_SOCKET) and len(value) > len(CLAMD_SOCKET)
        host, _, port = value.rpartition(":")
        if value and not is_socket and not (host and port.isascii() and port.isdigit()):
            raise ValueError("CLAMD_ADDRESS must look like localhost:3310 or unix:/run/clamav/clamd.ctl")
        return value

    @field_validator("mail_bounce_address")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        local, at, domain = value.rpartition("@")
        if value and not (
            at and local and domain and value.isascii() and " " not in value and "+" not in local
        ):
            raise ValueError("MAIL_BOUNCE_ADDRESS must look like bounce@kleinstadt.example")
        return value

    @field_validator("mail_default_sender", "network_name")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if any(ord(ch) < 32 for ch in value):
            raise ValueError("must not contain control characters")
        return value

    @model_validator(mode="after")
    def _mailbox_is_complete(self) -> "Settings":
        if not self.mail_imap_server:
            return self
        if not (self.mail_imap_username and self.mail_imap_password.get_secret_value()):
            raise ValueError("MAIL_IMAP_SERVER needs MAIL_IMAP_USERNAME and MAIL_IMAP_PASSWORD")
        if self.mail_imap_folder == self.mail_imap_done_folder:
            raise ValueError("MAIL_IMAP_DONE_FOLDER must be another folder than MAIL_IMAP_FOLDER")
        return self

    @model_validator(mode="after")
    def _production_is_complete(self) -> "Settings":
        if not self.is_production:
            return self
        missing = [name for name, ok in self._production_demands() if not ok]
        if missing:
            raise ValueError("Production needs: " + "; ".join(missing))
        return self

    def _production_demands(self) -> list[tuple[str, bool]]:
        return [
            ("SECRET_KEY of at least 32 characters", len(self.secret_key.get_secret_value()) >= 32),
            ("DATABASE_URL", bool(self.database_url)),
            ("PUBLIC_URL with https", self.public_url.startswith("https://")),
            ("MAIL_DEFAULT_SENDER of your own", ".example>" not in self.mail_default_sender),
        ]

    @property
    def is_production(self) -> bool:
        return self.kleinstadt_config == "production"

    @property
    def is_development(self) -> bool:
        return self.kleinstadt_config == "development"

    @property
    def estimate_size_range(self) -> tuple[int, int]:
        """The band (inhabitants) for towns known only by an estimate."""
        return estimate_range(self.size_range)

    @property
    def claim_timeout(self) -> int:
        """Seconds; unless set, five times what the slowest possible letter takes, for a machine put to sleep."""
        return self.mail_claim_timeout or ceil(5 * STEPS_PER_LETTER * self.mail_step_timeout)

    @property
    def resolved_database_url(self) -> str:
        """The database's URL with the driver this project uses filled in."""
        if not self.database_url:
            return f"sqlite:///{(self.data_dir / 'kleinstadtnetz.sqlite3').resolve()}"
        for prefix in ("postgres://", "postgresql://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url


def load(kind: SettingsKind, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the environment, with ``overrides`` (lower-case field names) winning.

    Raises pydantic's ValidationError, which names every setting that is missing or wrong.
    """
    return Settings(**{"kleinstadt_config": kind, **(overrides or {})})


def current() -> Settings:
    """The settings bound to the running application; needs an application context."""
    # Flask is asked here and not at the top so that pure callers can import this module without it.
    from flask import current_app

    return cast(Settings, current_app.config[SETTINGS_KEY])
