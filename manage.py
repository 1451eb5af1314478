#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smclub.settings")
    from django.conf import settings  # lazy: the settings module must be named first
    from django.core.exceptions import ImproperlyConfigured  # lazy: as above
    from django.core.management import execute_from_command_line  # lazy: as above

    try:
        _ = settings.DEBUG  # reads them all
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C is no fault: no traceback
