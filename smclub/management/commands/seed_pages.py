from django.core.management import BaseCommand
from django.db import transaction

from smclub.demo.shelf import Shelf
from smclub.demo.writing import pages


class Command(BaseCommand):
    help = "Writes the first texts of the pages that the site links to; those that exist already are left as they are."

    @transaction.atomic
    def handle(self, *args, **options):
        pages(Shelf())
        self.stdout.write("First texts written: read them in the admin, and fill in what is « à compléter ».")
