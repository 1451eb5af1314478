"""What the fork server imports once, so that a client costs a fork and not a start of Django."""

import django

django.setup()
