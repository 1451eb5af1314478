from pathlib import Path

from django.core.management import BaseCommand, CommandError

from smclub import backups


class Command(BaseCommand):
    help = "Puts a backup into an empty place (no table, no uploaded file), and erases again who was erased since."
    requires_system_checks: list[str] = []  # they may ask the database, which is not there yet

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--erased", type=Path, help="The folder media/erased of the place that was lost.")
        parser.add_argument("--check", action="store_true", help="Only look whether the backup is whole.")

    def handle(self, *, folder, erased, check, **options):
        try:
            if check:
                backups.verified(folder)
                self.stdout.write(f"{folder} is whole.")
                return
            done = backups.restore(folder, erased=erased)
        except backups.Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"As of {done['made_at']}: {done['files']} uploaded files, {done['erased']} accounts erased again")
