import json
import logging
from datetime import UTC, datetime

_OURS = ("method", "route", "status", "ms", "job", "letter")


def configuration(*, debug: bool) -> dict:
    """For `logging.config.dictConfig`: everything to the console, where whoever runs the site picks it up."""
    plain = {"format": "{levelname} {name} {message}", "style": "{"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": plain if debug else {"()": "smclub.logs.JSONFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django.security.csrf": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.server": {"handlers": ["console"], "propagate": False, "level": "INFO"},
        },
    }


class JSONFormatter(logging.Formatter):
    """One JSON object a line: control characters of a message can never start a line of their own."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _OURS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
