from django.core.management import BaseCommand, call_command
from django.db import transaction

from smclub.demo.load import DEMO_ACCOUNTS, load
from smclub.demo.people import PASSWORD
from smclub.editions import raise_edition


class Command(BaseCommand):
    help = "Loads the demo club; running it again adds what is missing and changes nothing else."

    def handle(self, *args, **options):
        with transaction.atomic():  # a club that search cannot find would never be loaded again
            load()
            call_command("rebuild_modelsearch_index", verbosity=0)
        raise_edition()
        if not options["verbosity"]:
            return
        self.stdout.write("Demo club loaded. Accounts: " + ", ".join(f"{name}@example.org" for name in DEMO_ACCOUNTS))
        self.stdout.write(f"Password of each: {PASSWORD}")
