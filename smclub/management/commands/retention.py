from django.core.management import BaseCommand

from smclub import retention


class Command(BaseCommand):
    help = "Removes what is kept no longer, as the daily job does, and says how many of each."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Count only.")

    def handle(self, *, dry_run, **options):
        for name, number in (retention.count() if dry_run else retention.apply()).items():
            self.stdout.write(f"{number:>7}  {name}")
