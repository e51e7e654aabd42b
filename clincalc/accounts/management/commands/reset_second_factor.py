"""manage.py reset_second_factor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clincalc.accounts import second_factor
from clincalc.accounts.models import User


class Command(BaseCommand):
    """Take a lost second factor away where nobody is left who could do it in the admin."""

    help = "Take the second factor from an account: for the only superuser, or after SECRET_KEY was changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it away, or say why not."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None or person.second_factor_at is None:
            raise CommandError(f"There is no account {options['username']!r} with a second factor.")
        second_factor.remove(person, by="reset_second_factor")
        self.stdout.write(f"{person.username} signs in with the password alone now, and sets up another.")
