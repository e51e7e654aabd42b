"""What a server checks before it takes its first request. Each refusal is one sentence."""

import ipaddress
import logging

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from clincalc.env import Refused

SHORTEST_KEY = 50
FEWEST_CHARACTERS = 12
PLACEHOLDERS = (
    "django-insecure",
    "fifty-or-more",
    "changeme",
    "change-me",
    "secret-key",
    "your-key",
    "example",
)
"""What stands in a key that somebody was to replace; `.env.example` has one of these."""

faults = logging.getLogger("clincalc.faults")


def refuse_unsafe() -> None:
    """Refuse to serve what is set up wrongly.

    A demonstration and a developer's machine are asked only whether they are
    one; everything else holds for production, which is neither.
    """
    refuse_false_demo()
    refuse_public_debug()
    if settings.PRODUCTION:
        refuse_weak_key()
        refuse_any_host()
        refuse_unfit_database()


def refuse_false_demo() -> None:
    """Refuse DEMO for a database that is not a demo one: it would serve real pages over plain HTTP."""
    if settings.DEMO and not _is_demo_database():
        raise Refused(
            "DEMO is set, but the database is not a demo database: unset DEMO, or run load_demo on an empty one."
        )


def refuse_public_debug() -> None:
    """Refuse DEBUG where others than this machine are let in: its error pages show settings and texts."""
    if not settings.DEBUG:
        return
    public = [name for name in settings.ALLOWED_HOSTS if not _is_this_machine(name)]
    if public or settings.TRUSTED_PROXIES:
        mark = f"ALLOWED_HOSTS has {public[0]}" if public else "TRUSTED_PROXIES is set"
        raise Refused(f"DEBUG is set and {mark}, as for a site that others reach: unset DEBUG.")


def refuse_weak_key() -> None:
    """Refuse a key that can be guessed: it signs sessions and links."""
    key = settings.SECRET_KEY
    if any(word in key.lower() for word in PLACEHOLDERS):
        raise Refused("SECRET_KEY is a placeholder: set fifty or more random characters.")
    if len(key) < SHORTEST_KEY:
        raise Refused(f"SECRET_KEY has {len(key)} characters: set fifty or more random ones.")
    if len(set(key)) < FEWEST_CHARACTERS:
        raise Refused(
            f"SECRET_KEY has only {len(set(key))} different characters: set fifty or more random ones."
        )


def refuse_any_host() -> None:
    """Refuse to answer to every name: a forged one would stand in the links of letters."""
    if not settings.ALLOWED_HOSTS:
        raise Refused("ALLOWED_HOSTS is empty: set the names of the site, such as www.example.org.")
    if "*" in settings.ALLOWED_HOSTS:
        raise Refused("ALLOWED_HOSTS has “*”, which answers to every name: set the names of the site.")


def refuse_unfit_database() -> None:
    """Refuse a database that is not migrated, not guarded, open to its own site, or left from a demonstration."""
    try:
        refuse_missing_migrations()
        refuse_strong_role()
        refuse_missing_guards()
        refuse_demo_accounts()
    except Error as error:
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise Refused(f"The database does not answer ({why}): the site starts when it does.") from error


def refuse_missing_migrations() -> None:
    """Refuse a database that this version's migrate has not seen."""
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        first = f"{plan[0][0].app_label} {plan[0][0].name}"
        raise Refused(
            f"The database lacks migrations ({len(plan)}, the first is {first}): run manage.py migrate."
        )


def refuse_missing_guards() -> None:
    """Refuse a database whose guards are not exactly ours."""
    from monographs.review.guards import differences

    if sentences := differences(connection):
        more = f" ({len(sentences) - 1} more)" if len(sentences) > 1 else ""
        raise Refused(
            f"{sentences[0].removesuffix('.')}{more}: run manage.py migrate, then manage.py verify_reviews."
        )


def refuse_strong_role() -> None:
    """Refuse a role of PostgreSQL that could take the guards away. On SQLite that cannot be known, so say so."""
    from monographs.review.guards import guards, roles

    if connection.vendor == "sqlite":
        faults.warning(
            "On SQLite nothing can tell whether the guards were lifted and put back: whoever may write the file of "
            "the database could. Run verify_reviews daily."
        )
        return
    with connection.cursor() as cursor:
        found = roles.too_much(cursor, guards(connection.vendor))
    if found:
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise Refused(
            f"The role of DATABASE_URL {found[0]}{more}: serve with one that manage.py grant_site_role has prepared."
        )


def refuse_demo_accounts() -> None:
    """Refuse accounts of a demonstration that could sign in to a site that is none."""
    from django.contrib.auth import get_user_model

    from monographs.review.demo.accounts import NAMES

    active = get_user_model().objects.filter(username__in=NAMES, is_active=True).order_by("username")
    name = active.values_list("username", flat=True).first()
    if name and not _is_demo_database():
        raise Refused(
            f"The demo account {name} is active in a database that is no demonstration: deactivate it."
        )


def _is_demo_database() -> bool:
    """Return whether load_demo made this database; one without tables was not made by it."""
    from monographs.models import DemoDatabase

    try:
        return DemoDatabase.objects.exists()
    except Error:
        return False


def _is_this_machine(name: str) -> bool:
    """Return whether a host name leads nowhere else than to this machine."""
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
