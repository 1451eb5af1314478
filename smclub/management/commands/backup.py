from pathlib import Path

from django.core.management import BaseCommand, CommandError

from smclub import backups


class Command(BaseCommand):
    help = "Copies the club, database and uploaded files, into a new folder, while people use it."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, **options):
        try:
            manifest = backups.make(folder)
        except backups.Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{folder}: {len(manifest['files'])} files, as of {manifest['made_at']}")
