from django.core.management import BaseCommand, CommandError

from events import checking
from events.models import Event


class Command(BaseCommand):
    help = "Checks the seats of every meeting and says what is not as it must be; it changes nothing."

    def handle(self, **options):
        found = 0
        for sentence in checking.breaks():
            self.stdout.write(sentence)
            found += 1
        if found:
            raise CommandError(f"Not as it must be: {found}.")
        self.stdout.write(f"The seats of {Event.objects.count()} meetings are as they must be.")
