"""Values from the environment, typed. Each also as NAME_FILE, the path of a file that holds it.

A missing or malformed value raises `Refused`: one sentence that names
the variable. `spoken` turns it into that sentence on standard error and exit 1.
"""

import contextlib
import difflib
import ipaddress
import os
import re
import sys
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

NAMES = (
    "DATABASE_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "DEMO",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
    "SITE_NAME",
    "HOME_MARKET",
    "LOCAL_HELP",
    "SEARCH_RATE",
    "SUGGEST_RATE",
    "SIGN_IN_LIMIT",
    "TRUSTED_NETWORKS",
    "SESSION_IDLE_HOURS",
    "SESSION_HOURS",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "SECURITY_CONTACT",
)
"""Every variable that the settings read; `.env.example` and the README list the same."""

OF_OTHERS = frozenset({"TIMEZONE"})
"""Names close to ours that other programs and images set."""

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off", ""})

HOST = re.compile(r"\*|\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9.-]+(:\d+)?", re.IGNORECASE)
HTTPS = re.compile(r"https://[a-z0-9.-]+(:\d+)?(/[!-~]*)?", re.IGNORECASE)
MARKET = re.compile(r"[A-Z]{2}")
RATE = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")
SENDER = re.compile(r"(?:[^<>@,\"\x00-\x1f\x7f]+ <(?P<named>[^<>\s]+)>|(?P<bare>[^<>\s]+))")
MAIL_WAIT = 10
"""Seconds after which a mail server that says nothing is given up."""


class Refused(Exception):
    """The installation cannot start as it is set up; the text says what to set."""


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """Print a refusal on standard error and exit 1, without a traceback."""
    try:
        yield
    except Refused as refusal:
        sys.exit(str(refusal))


def refuse_typos(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse a variable whose name is nearly one of ours, unless that one is set too.

    Short names (DEBUG, DEMO) are left alone: too many others are near them.
    """
    ours = {name + end: name for name in NAMES if len(name) > 5 for end in ("", "_FILE")}
    for name in sorted(environment.keys() - set(ours) - OF_OTHERS - {"DEBUG", "DEMO"}):
        for meant in difflib.get_close_matches(name, ours, n=1, cutoff=0.9):
            if not {ours[meant], f"{ours[meant]}_FILE"} & environment.keys():
                raise Refused(f"{name} is not a setting of this site; did you mean {meant}?")


def text(name: str, default: str | None = None) -> str:
    """Return the value of NAME, or the content of the file that NAME_FILE names.

    Without a default an absent or empty value is refused.
    """
    value = os.environ.get(name)
    path = os.environ.get(f"{name}_FILE")
    if value is not None and path:
        raise Refused(f"{name} and {name}_FILE are both set; keep one.")
    if path:
        value = _content(name, path)
    if value is None:
        value = default
    if value is None or (default is None and not value.strip()):
        raise Refused(f"{name} is not set; set it, or {name}_FILE, before the site is started.")
    return value.strip()


def flag(name: str) -> bool:
    """Return whether NAME says yes; not set means no."""
    value = text(name, "").lower()
    if value not in YES | NO:
        raise Refused(f"{name} must be 1 or 0, not {value!r}.")
    return value in YES


def number(name: str, default: int, *, least: int, most: int) -> int:
    """Return the whole number of NAME, from `least` to `most`."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdecimal() and least <= int(value[:9]) <= most and len(value) < 9):
        raise Refused(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def hosts(name: str, default: str | None = None) -> list[str]:
    """Return host names, without scheme and port, from a comma-separated value."""
    return _matching(name, default, HOST, "host names such as www.example.org, without https:// and port")


def origins(name: str) -> list[str]:
    """Return origins, such as https://www.example.org, from a comma-separated value."""
    return _matching(name, "", ORIGIN, "addresses such as https://www.example.org")


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return IP networks from a comma-separated value; a single address is a network of one."""
    try:
        return [ipaddress.ip_network(item) for item in _items(text(name, ""))]
    except ValueError as error:
        raise Refused(f"{name} must be addresses or networks such as 10.0.0.0/8: {error}.") from error


def market(name: str, default: str) -> str:
    """Return a country's two letters, such as GB."""
    value = text(name, default)
    if not MARKET.fullmatch(value):
        raise Refused(f"{name} must be a country's two capital letters, such as GB, not {value!r}.")
    return value


def rate(name: str, default: str) -> tuple[int, int] | None:
    """Return (how many a second, how many at once) of a value such as 50/200, or None for one that is empty."""
    value = text(name, default)
    found = RATE.fullmatch(value)
    if value and not found:
        raise Refused(
            f"{name} must be how many a second and how many at once, such as 50/200, or empty for no limit; "
            f"{value!r} is neither."
        )
    return (int(found[1]), int(found[2])) if found else None


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone that this machine knows."""
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(f"{name} must be a time zone such as Europe/London, not {value!r}.") from error
    return value


def database(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Return Django's settings of one database; `name` is what a refusal calls the URL.

    `sqlite:///relative/or//absolute/path` or
    `postgres://user:password@host:port/name?option=value`, where the option
    `host` may be the folder of a Unix socket and others go to libpq.
    """
    wrong = Refused(f"{name} must look like postgres://user:password@host:5432/name or sqlite:///path.")
    try:
        parts = urlsplit(url)
        port, options = parts.port, dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise wrong from error
    path = unquote(parts.path.removeprefix("/"))
    if parts.scheme == "sqlite" and path and not parts.netloc and not parts.query:
        return _sqlite(path)
    if parts.scheme in {"postgres", "postgresql"} and path:
        place = {
            "HOST": options.pop("host", parts.hostname or ""),
            "PORT": str(port or options.pop("port", "")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
        }
        return _postgresql(path, place, options)
    raise wrong


def _sqlite(path: str) -> dict[str, Any]:
    """Return the settings of an SQLite file that several writers share without waiting for ever."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # The default mode takes its lock too late: four writers then met 1,369 "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgresql(name: str, place: dict[str, str], options: dict[str, str]) -> dict[str, Any]:
    """Return the settings of PostgreSQL with connections that are kept."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        **place,
        "OPTIONS": options,
        # A new connection for each request doubles the work; a kept one is tried before it is used again.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def mailers(name: str) -> dict[str, Any]:
    """Return Django's MAILERS of a URL; {} when NAME is not set, and nothing is sent.

    `smtp://user:password@host:port`, `smtps://…` (TLS from the first byte),
    `consolemail:` or `file:///folder`. With a password smtp:// turns to TLS
    before it is said; without one `?starttls=1` asks for the same.
    """
    url = text(name, "")
    if not url:
        return {}
    wrong = Refused(
        f"{name} must look like smtp://user:password@host:587, smtps://user:password@host, "
        "consolemail: or file:///folder."
    )
    try:
        parts = urlsplit(url)
        options = _smtp(parts) if parts.scheme in {"smtp", "smtps"} else None
    except ValueError as error:
        raise wrong from error
    if options:
        return _mailer("smtp", options)
    if url == "consolemail:":
        return _mailer("console", {})
    if url == f"file://{parts.path}" and len(parts.path) > 1:
        return _mailer("filebased", {"file_path": unquote(parts.path)})
    raise wrong


def sender(name: str, default: str | None = None) -> str:
    """Return an address such as reviews@example.org, or ClinCalc Pro <reviews@example.org>."""
    value = text(name, default)
    found = SENDER.fullmatch(value)
    try:
        if value:
            validate_email(found and (found["named"] or found["bare"]))
    except ValidationError as error:
        raise Refused(
            f"{name} must be an address such as reviews@example.org, or Name <reviews@example.org>, not {value!r}."
        ) from error
    return value


def contact(name: str) -> str:
    """Return an address to write to, as a URI such as mailto:security@example.org or https://…; "" when not set."""
    value = text(name, "")
    if not value or HTTPS.fullmatch(value):
        return value
    address = value.removeprefix("mailto:")
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(
            f"{name} must be an address such as security@example.org, or begin with https://, not {value!r}."
        ) from error
    return f"mailto:{address}"


def _smtp(parts: SplitResult) -> dict[str, Any]:
    """Return the options of a mail server. Raises ValueError for what is none."""
    asked = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    is_login, is_tls = bool(parts.username and parts.password), parts.scheme == "smtps"
    starttls = asked.pop("starttls", "1" if is_login else "0")
    if not parts.hostname or parts.path not in ("", "/") or parts.fragment or asked:
        raise ValueError("not the address of a server")
    if ("@" in parts.netloc) != is_login or starttls not in ("0", "1") or (is_tls and parts.query):
        raise ValueError("half a login, or an option that is none")
    if is_login and starttls == "0":
        raise ValueError("a password is never sent in the clear")
    return {
        "host": parts.hostname,
        "port": parts.port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": is_tls,
        "use_tls": not is_tls and starttls == "1",
        "timeout": MAIL_WAIT,
    }


def _mailer(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return MAILERS with one mailer."""
    return {
        "default": {"BACKEND": f"django.core.mail.backends.{kind}.EmailBackend", "OPTIONS": options},
    }


def _content(name: str, path: str) -> str:
    """Return what the file of NAME_FILE holds."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Refused(f"{name}_FILE names a file that cannot be read: {path}.") from error


def _items(value: str) -> list[str]:
    """Split a comma-separated value, without empty items."""
    return [item.strip() for item in value.split(",") if item.strip()]


def _matching(name: str, default: str | None, shape: re.Pattern[str], what: str) -> list[str]:
    """Return the items of NAME, each of which has the shape that `what` describes."""
    items = _items(text(name, default))
    for item in items:
        if not shape.fullmatch(item):
            raise Refused(f"{name} must be {what}, separated by commas; {item!r} is not one.")
    return items
