"""manage.py send_review_digest."""

from django.core.management.base import BaseCommand, CommandError

from monographs import review


class Command(BaseCommand):
    """Write what is due, and send every letter that waits."""

    help = (
        "Write what reviewers and leads have to know, one digest a day for each, and send every letter that waits. "
        "Run it every hour from a timer. Exit status 1 when a letter could not be sent; it is tried again."
    )

    def handle(self, **options):
        """Write, send, and say what did not leave."""
        review.write_due_letters(at=review.clinical_now())
        waiting = review.waiting_letters(review.clinical_now()).count()
        if not review.is_mail_set():
            self.stdout.write(f"EMAIL_URL is not set: {_counted(waiting)} kept unsent.")
            return
        sent = review.send_waiting()
        for letter, why in sent.failed:
            self.stderr.write(f"{letter}: {why}")
        self.stdout.write(f"{_counted(sent.number)} sent.")
        if sent.failed:
            raise CommandError(f"{_counted(len(sent.failed))} could not be sent.")


def _counted(number):
    """Return a number of letters in words."""
    return "1 letter" if number == 1 else f"{number} letters"
