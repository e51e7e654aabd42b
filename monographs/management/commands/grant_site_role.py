"""manage.py grant_site_role ROLE [--password-file FILE]."""

import re
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection, transaction

from clincalc.security_log import COMMAND_LINE, record
from monographs.review import guards
from monographs.review.guards import roles

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class Command(BaseCommand):
    """Give the role that the site serves with exactly its rights."""

    help = (
        "Give a role of PostgreSQL what the site needs to serve, and no more: no UPDATE or DELETE on what is "
        "append-only, no TRUNCATE, nothing made, changed or dropped. Run it as the owner of the tables after every "
        "migrate; the same again changes nothing."
    )

    def add_arguments(self, parser):
        """Take the role."""
        parser.add_argument("role", metavar="ROLE")
        parser.add_argument(
            "--password-file",
            type=Path,
            metavar="FILE",
            help="Make the role first, or give it the password in this file. Needs CREATEROLE.",
        )

    def handle(self, *, role, password_file, **options):
        """Grant, look whether the role may too much, and print what it may."""
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles: who can write its file can do everything.")
        if not NAME.fullmatch(role):
            raise CommandError(
                f"ROLE must be small letters, digits and _, such as clincalc_site, not {role!r}."
            )
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                rights = _granted(cursor, role, password_file)
        except Error as error:
            raise CommandError(f"The database refuses: {str(error).splitlines()[0]}") from None
        record("grant site role", by=COMMAND_LINE, of=role)
        for line in _said(role, rights):
            self.stdout.write(line)


def _granted(cursor, role, password_file):
    """Return by table what the role may now. Raises CommandError when it may too much, or is not there."""
    if password_file is not None:
        roles.make(cursor, role, _password(password_file))
    elif not roles.exists(cursor, role):
        raise CommandError(f"There is no role {role}: name a --password-file, or make it with CREATE ROLE.")
    tables = {*connection.introspection.django_table_names(only_existing=True), "django_migrations"}
    all_guards = guards.guards("postgresql")
    rights = roles.rights(sorted(tables), all_guards)
    roles.grant(cursor, role, rights)
    if left := roles.too_much(cursor, all_guards, role):
        raise CommandError(f"The role {role} {left[0]}, so it is no role to serve with. Nothing was changed.")
    return rights


def _password(path):
    """Return the password in a file."""
    try:
        password = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise CommandError(f"--password-file: {path} cannot be read.") from None
    if not password:
        raise CommandError(f"--password-file: {path} is empty.")
    return password


def _said(role, rights):
    """Yield what the role may, in sentences."""
    kinds = {
        ("SELECT", "INSERT", "UPDATE", "DELETE"): "reads and writes",
        ("SELECT", "INSERT", "UPDATE"): "adds and changes, and deletes nothing, in",
        ("SELECT", "INSERT"): "adds, and neither changes nor deletes, in",
        ("SELECT",): "only reads",
    }
    for words, said in kinds.items():
        tables = [table for table, has in rights.items() if has == words]
        yield f"{role} {said} {len(tables)} tables: {', '.join(tables)}."
