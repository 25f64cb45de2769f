"""Browsers: how one is called in the list of sessions, and by what an account knows one it was opened in.

The cookie of a known browser opens nothing. It only says that somebody signed in here before, so that
strangers who try passwords elsewhere do not make her wait.
"""

import re
from dataclasses import dataclass

from flask import Request, Response
from itsdangerous import BadSignature

from kleinstadt_net import settings
from kleinstadt_net.security.tokens import keyed_hash, new_token, serializer

DEVICE_DAYS = 90
# On a computer shared by an office the latest few are known.
MAX_ACCOUNTS = 5

# The first that occurs: browsers name those they descend from as well.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Device:
    """What a request tells of the browser it comes from: words for it, its cookie, and its address."""

    address: str
    words: str = ""
    cookie: str = ""


def of(request: Request) -> Device:
    """The browser behind a request."""
    return Device(
        address=request.remote_addr or "",
        words=describe(request.headers.get("User-Agent", "")),
        cookie=request.cookies.get(cookie_name(), ""),
    )


def describe(user_agent: str) -> str:
    """ "Firefox auf Windows"; empty where the browser does not say. Nothing finer is told, nor kept."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if re.search(rf"\b{sign}", user_agent)), "")
    return f"{browser} auf {system}" if browser and system else browser or system


def known_as(device: Device, email: str) -> str | None:
    """The random name under which the account knows this browser, or None where it does not."""
    name, accounts = _read(device.cookie)
    return name if name and keyed_hash("device", email) in accounts else None


def remember(device: Device, email: str) -> str:
    """The cookie that makes the browser a known one of this account, beside those it had."""
    name, accounts = _read(device.cookie)
    known = [keyed_hash("device", email)]
    known += [account for account in accounts if account not in known]
    return serializer("device").dumps([name or new_token(), *known[:MAX_ACCOUNTS]])


def set_cookie(response: Response, value: str) -> None:
    """Lay the cookie into the answer; in Production under a name that no other host can set."""
    response.set_cookie(
        cookie_name(), value, max_age=DEVICE_DAYS * 24 * 3600, path="/",
        secure=settings.current().is_production, httponly=True, samesite="Lax",
    )  # fmt: skip


def cookie_name() -> str:
    return "__Host-device" if settings.current().is_production else "device"


def _read(cookie: str) -> tuple[str, list[str]]:
    try:
        name, *accounts = serializer("device").loads(cookie, max_age=DEVICE_DAYS * 24 * 3600)
    except (BadSignature, ValueError):
        return "", []
    return name, accounts
